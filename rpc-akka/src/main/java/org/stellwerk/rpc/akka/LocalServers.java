package org.stellwerk.rpc.akka;

import akka.actor.ActorPath;
import akka.actor.ActorRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcServer;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/**
 * The endpoints of one service by name. Their actors have names of their own, never used twice, so
 * that an endpoint's name is free as soon as it is given up, though its actor still ends.
 * Thread-safe.
 */
final class LocalServers {

  private static final char NUMBER_MARK = '~';

  /** An endpoint with its actor and the gateway that its owner holds. */
  record Hosted(LocalServer server, ActorRef actor, RpcServer gateway) {

    String name() {
      return server.endpoint().getEndpointId();
    }
  }

  private final Map<String, Hosted> byName = new ConcurrentHashMap<>();
  private final AtomicLong lastNumber = new AtomicLong();

  /** A name for the actor of an endpoint. */
  String newActorName(String endpointName) {
    return endpointName + NUMBER_MARK + lastNumber.incrementAndGet();
  }

  /** The path of an endpoint's actor, as the endpoint's address has it. */
  static String withoutNumber(ActorPath actor) {
    String path = actor.toString();
    int mark = path.lastIndexOf(NUMBER_MARK);
    return mark > path.lastIndexOf('/') ? path.substring(0, mark) : path;
  }

  /**
   * Gives the endpoint its name.
   *
   * @return who had the name before and never was started; to be terminated
   * @throws RpcRuntimeException if the name is taken
   */
  Optional<Hosted> add(Hosted hosted) {
    @Nullable Hosted[] earlier = new Hosted[1];
    byName.compute(
        hosted.name(),
        (name, known) -> {
          if (known != null && !known.server().claim().giveUp()) {
            throw new RpcRuntimeException(
                "Endpoint " + name + " cannot be made: the service has one of that name already.");
          }
          earlier[0] = known;
          return hosted;
        });
    return Optional.ofNullable(earlier[0]);
  }

  Optional<Hosted> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The endpoint is gone; its name is free, unless another one has it already. */
  void remove(Hosted hosted) {
    byName.remove(hosted.name(), hosted);
  }

  List<Hosted> all() {
    return List.copyOf(byName.values());
  }
}
