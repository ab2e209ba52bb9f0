@NullMarked
package org.stellwerk.runtime.options;

import org.jspecify.annotations.NullMarked;
