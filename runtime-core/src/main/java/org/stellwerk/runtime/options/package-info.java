/** Options of the runtime, under Flink's keys where the meaning is Flink's. */
@NullMarked
package org.stellwerk.runtime.options;

import org.jspecify.annotations.NullMarked;
