@NullMarked
package org.stellwerk.runtime.registration;

import org.jspecify.annotations.NullMarked;
