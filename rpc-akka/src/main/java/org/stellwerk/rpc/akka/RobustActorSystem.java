package org.stellwerk.rpc.akka;

import akka.actor.ActorSystem;
import akka.actor.ActorSystemImpl;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import java.lang.Thread.UncaughtExceptionHandler;
import scala.Option;

/**
 * An actor system whose threads report what they die of to a handler, where Akka's own would log
 * it, or end the JVM.
 */
abstract class RobustActorSystem extends ActorSystemImpl {

  private RobustActorSystem(String name, Config config, ClassLoader classLoader) {
    super(
        name,
        config,
        classLoader,
        Option.empty(),
        Option.empty(),
        ActorSystemSetup.create(BootstrapSetup.create(config)));
  }

  /** Makes and starts one. */
  static ActorSystem create(String name, Config config, UncaughtExceptionHandler handler) {
    ActorSystemImpl system =
        new RobustActorSystem(name, config, RobustActorSystem.class.getClassLoader()) {
          @Override
          public UncaughtExceptionHandler uncaughtExceptionHandler() {
            return handler; // called by the constructor above: no field could be set by then
          }
        };
    system.start();
    return system;
  }
}
