/** Leadership: who leads, and who is told. */
@NullMarked
package org.stellwerk.runtime.leaderelection;

import org.jspecify.annotations.NullMarked;
