/** The RPC mechanism in Flink's shape: endpoints, gateways, services. */
@NullMarked
package org.stellwerk.rpc;

import org.jspecify.annotations.NullMarked;
