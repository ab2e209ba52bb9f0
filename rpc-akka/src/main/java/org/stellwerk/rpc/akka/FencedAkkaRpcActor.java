package org.stellwerk.rpc.akka;

import java.util.concurrent.CompletableFuture;

/**
 * The actor of a fenced endpoint. Fencing itself lives in the dispatcher, which every transport
 * shares; the type shows in actor paths and thread dumps.
 */
final class FencedAkkaRpcActor extends AkkaRpcActor {

  FencedAkkaRpcActor(AkkaRpcService service, LocalServer server, CompletableFuture<Void> outcome) {
    super(service, server, outcome);
  }
}
