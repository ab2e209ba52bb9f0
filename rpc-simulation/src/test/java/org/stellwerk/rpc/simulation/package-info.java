/** Tests of the simulator. */
@NullMarked
package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.NullMarked;
