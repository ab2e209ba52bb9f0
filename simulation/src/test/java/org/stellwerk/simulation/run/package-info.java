/** Tests of the package of the same name. */
@NullMarked
package org.stellwerk.simulation.run;

import org.jspecify.annotations.NullMarked;
