package org.stellwerk.rpc.akka;

import akka.actor.ActorSystem;
import akka.actor.ActorSystemImpl;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import java.lang.Thread.UncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * An actor system whose threads report what they die of to a handler, where Akka's own would log
 * it, or end the JVM.
 */
abstract class RobustActorSystem extends ActorSystemImpl {

  private RobustActorSystem(String name, Config config, ActorSystemSetup setup) {
    super(
        name,
        config,
        RobustActorSystem.class.getClassLoader(),
        Option.empty(),
        Option.empty(),
        setup);
  }

  /** Makes and starts one. */
  static ActorSystem create(
      String name, Config config, @Nullable Tls tls, UncaughtExceptionHandler handler) {
    Config settings = AkkaUtils.withTransport(config, tls);
    ActorSystemImpl system =
        new RobustActorSystem(name, settings, AkkaUtils.setup(settings, tls)) {
          @Override
          public UncaughtExceptionHandler uncaughtExceptionHandler() {
            return handler; // called by the constructor above: no field could be set by then
          }
        };
    system.start();
    return system;
  }
}
