/**
 * Virtual time, a seeded network and an RpcService on both: endpoints and components written on
 * rpc-core run in one thread and the same way for the same seed.
 */
@NullMarked
package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.NullMarked;
