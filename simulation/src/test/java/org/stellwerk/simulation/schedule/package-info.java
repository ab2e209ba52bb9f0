/** Tests of the package of the same name. */
@NullMarked
package org.stellwerk.simulation.schedule;

import org.jspecify.annotations.NullMarked;
