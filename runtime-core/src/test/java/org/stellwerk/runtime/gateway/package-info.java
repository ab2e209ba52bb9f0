@NullMarked
package org.stellwerk.runtime.gateway;

import org.jspecify.annotations.NullMarked;
