/**
 * What must hold in a simulated cluster: the invariants after every event, what must have become of
 * a healed cluster, what may be left of one that was shut down, and what clients may see.
 */
@NullMarked
package org.stellwerk.simulation.check;

import org.jspecify.annotations.NullMarked;
