package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import org.stellwerk.rpc.RpcGateway;

/** A gateway whose endpoint is an actor. */
public interface AkkaBasedEndpoint extends RpcGateway {

  /** The endpoint's actor, in this or in another process. */
  ActorRef getActorRef();
}
