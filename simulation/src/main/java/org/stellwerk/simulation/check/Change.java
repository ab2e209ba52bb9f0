package org.stellwerk.simulation.check;

import org.jspecify.annotations.Nullable;

/**
 * An endpoint before and after one of its events; the two differ.
 *
 * @param process its process, with the incarnation
 * @param before null if nothing was seen of it before
 */
record Change<S>(String process, @Nullable S before, S now) {}
