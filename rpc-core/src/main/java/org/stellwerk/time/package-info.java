/** Injected time. */
@NullMarked
package org.stellwerk.time;

import org.jspecify.annotations.NullMarked;
