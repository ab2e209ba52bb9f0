/** Shows that each check fires, on hand-made snapshots and in simulated clusters. */
@NullMarked
package org.stellwerk.simulation.check;

import org.jspecify.annotations.NullMarked;
