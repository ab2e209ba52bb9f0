/**
 * Runs of schedules: one, or many on all cores; their results; the command {@code stellwerk-sim}.
 */
@NullMarked
package org.stellwerk.simulation.run;

import org.jspecify.annotations.NullMarked;
