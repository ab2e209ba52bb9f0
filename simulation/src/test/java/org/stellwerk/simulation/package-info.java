/** Tests of the simulated cluster. */
@NullMarked
package org.stellwerk.simulation;

import org.jspecify.annotations.NullMarked;
