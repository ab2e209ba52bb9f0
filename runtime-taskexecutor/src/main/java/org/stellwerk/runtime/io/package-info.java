/**
 * The data exchange (driver): channels between tasks, in one process by reference, between
 * TaskExecutors over one TCP connection per pair.
 */
@NullMarked
package org.stellwerk.runtime.io;

import org.jspecify.annotations.NullMarked;
