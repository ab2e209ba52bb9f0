/**
 * The data exchange (driver): channels between tasks, in one process by reference, between
 * TaskExecutors over one TCP connection per pair. What a gate asks of one TaskExecutor is a group
 * of channels, which holds some bytes for each until it is used.
 */
@NullMarked
package org.stellwerk.runtime.io;

import org.jspecify.annotations.NullMarked;
