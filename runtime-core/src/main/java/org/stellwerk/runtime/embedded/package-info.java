/** High-availability services within one process (drivers). */
@NullMarked
package org.stellwerk.runtime.embedded;

import org.jspecify.annotations.NullMarked;
