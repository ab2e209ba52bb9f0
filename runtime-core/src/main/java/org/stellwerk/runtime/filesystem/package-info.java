/**
 * Leadership and stores on a directory of one host: {@code high-availability.type: file}. Drivers;
 * they block their executor.
 */
@NullMarked
package org.stellwerk.runtime.filesystem;

import org.jspecify.annotations.NullMarked;
