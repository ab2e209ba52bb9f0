package org.stellwerk.rpc.akka;

import akka.actor.ActorCell;
import akka.actor.ActorPath;
import akka.actor.ActorRef;
import akka.actor.OneForOneStrategy;
import akka.actor.SupervisorStrategy;
import akka.actor.Terminated;
import akka.actor.UntypedAbstractActor;
import akka.japi.pf.DeciderBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.util.FatalErrorHandler;

/**
 * The parent of all endpoints' actors, and where connections from other processes arrive. Knows
 * when a child is gone for good; an actor that fails is a fault, and is stopped.
 */
final class SupervisorActor extends UntypedAbstractActor {

  private final FatalErrorHandler fatalErrorHandler;
  private final RpcCodec codec;
  private final CompletableFuture<ActorCell> started;
  private final Surroundings surroundings;
  private final Map<ActorRef, Runnable> watched = new LinkedHashMap<>();

  /** Asks to run something once a child is gone. */
  record Watch(ActorRef child, Runnable whenGone) {}

  /**
   * What other processes reach here.
   *
   * @param incarnation of the service
   * @param endpoints finds them by name, or by name and number
   * @param renewal makes the connections to an asker's process anew, for a call of the number
   */
  record Surroundings(
      long incarnation,
      Function<String, Optional<ActorRef>> endpoints,
      ObjLongConsumer<ActorPath> renewal) {}

  SupervisorActor(
      FatalErrorHandler fatalErrorHandler,
      RpcCodec codec,
      CompletableFuture<ActorCell> started,
      Surroundings surroundings) {
    this.fatalErrorHandler = fatalErrorHandler;
    this.codec = codec;
    this.started = started;
    this.surroundings = surroundings;
  }

  @Override
  public void preStart() {
    started.complete((ActorCell) getContext());
  }

  @Override
  public void onReceive(Object message) {
    if (message instanceof Watch watch) {
      watched.put(watch.child(), watch.whenGone());
      getContext().watch(watch.child());
    } else if (message instanceof TransportMessage.Connect connect
        && connect.endpointName().isEmpty()) {
      tellIncarnation(connect);
    } else if (message instanceof TransportMessage.Renew renew) {
      surroundings.renewal().accept(getSender().path(), renew.callId());
      tellIncarnation(renew);
    } else if (message instanceof TransportMessage.Connect connect) {
      surroundings
          .endpoints()
          .apply(connect.endpointName())
          .ifPresentOrElse(
              endpoint -> endpoint.forward(connect, getContext()),
              () -> refuse(connect, getSender()));
    } else if (message instanceof Terminated terminated) {
      Runnable whenGone = watched.remove(terminated.getActor());
      if (whenGone != null) {
        whenGone.run();
      }
    }
  }

  private void tellIncarnation(TransportMessage.Numbered question) {
    getSender()
        .tell(
            new TransportMessage.Connected(question.callId(), surroundings.incarnation()),
            getSelf());
  }

  private void refuse(TransportMessage.Connect connect, ActorRef caller) {
    EndpointNotFoundException failure =
        new EndpointNotFoundException(
            "the process has no endpoint " + connect.endpointName() + ".");
    caller.tell(
        new TransportMessage.Failure(connect.callId(), codec.encodeFailure(failure)), getSelf());
  }

  @Override
  public void postStop() {
    watched.values().forEach(Runnable::run);
    watched.clear();
  }

  @Override
  public SupervisorStrategy supervisorStrategy() {
    return new OneForOneStrategy(
        DeciderBuilder.matchAny(
                failure -> {
                  fatalErrorHandler.onFatalError(failure);
                  return (SupervisorStrategy.Directive) SupervisorStrategy.stop();
                })
            .build());
  }
}
