/** What every RpcService promises, as a suite that real transports and the simulator both run. */
@NullMarked
package org.stellwerk.rpc.simulation.contract;

import org.jspecify.annotations.NullMarked;
