/** What befalls a simulated cluster, as data: printed, parsed back, generated, shrunk. */
@NullMarked
package org.stellwerk.simulation.schedule;

import org.jspecify.annotations.NullMarked;
