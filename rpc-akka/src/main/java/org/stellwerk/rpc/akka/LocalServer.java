package org.stellwerk.rpc.akka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.dispatch.NameClaim;

/**
 * An endpoint of this process.
 *
 * @param gateways what it serves
 * @param loggingContext for everything that runs in its main thread
 * @param termination completes when its actor is gone
 * @param claim on its name
 */
record LocalServer(
    RpcEndpoint endpoint,
    List<Class<? extends RpcGateway>> gateways,
    Map<String, String> loggingContext,
    CompletableFuture<Void> termination,
    NameClaim claim) {}
