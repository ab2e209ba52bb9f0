package org.stellwerk.rpc.akka;

import akka.actor.ActorPath;
import akka.actor.ActorRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** Begins the number in a direct address: as Akka writes the number of an actor's life. */
  private static final char DIRECT_MARK = '#';

  private static final int MAX_FIRST_NUMBER = 1 << 30;

  /** An endpoint with its actor and the gateway that its owner holds. */
  record Hosted(LocalServer server, ActorRef actor, RpcServer gateway) {

    String name() {
      return server.endpoint().getEndpointId();
    }
  }

  private final Map<String, Hosted> byName = new ConcurrentHashMap<>();

  /**
   * Begins at random, so that a process which is started again at the same address hardly ever uses
   * a number of the one before.
   */
  private final AtomicInteger nextNumber =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(1, MAX_FIRST_NUMBER));

  /** A name for the actor of an endpoint. */
  String newActorName(String endpointName) {
    return endpointName + NUMBER_MARK + nextNumber.getAndIncrement();
  }

  /** The address of the endpoint that has the actor. */
  static String directAddress(String endpointAddress, ActorRef actor) {
    String name = actor.path().name();
    int number = Integer.parseInt(name.substring(name.lastIndexOf(NUMBER_MARK) + 1));
    return directAddress(endpointAddress, number);
  }

  /** The direct address that goes with an address, or a name. */
  static String directAddress(String endpointAddress, int number) {
    return endpointAddress + DIRECT_MARK + number;
  }

  /** The name of an endpoint's actor, by the endpoint's name and number in a direct address. */
  static String actorName(String endpointName, int number) {
    return endpointName + NUMBER_MARK + number;
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

  /**
   * An endpoint.
   *
   * @param key its name, with its number if no other of the name is meant
   */
  Optional<Hosted> find(String key) {
    int mark = key.lastIndexOf(DIRECT_MARK);
    if (mark < 0) {
      return Optional.ofNullable(byName.get(key));
    }
    String name = key.substring(0, mark);
    return Optional.ofNullable(byName.get(name))
        .filter(hosted -> directAddress(name, hosted.actor()).equals(key));
  }

  /** The endpoint is gone; its name is free, unless another one has it already. */
  void remove(Hosted hosted) {
    byName.remove(hosted.name(), hosted);
  }

  List<Hosted> all() {
    return List.copyOf(byName.values());
  }
}
