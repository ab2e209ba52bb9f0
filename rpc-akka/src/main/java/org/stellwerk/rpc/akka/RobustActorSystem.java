package org.stellwerk.rpc.akka;

import akka.actor.ActorSystem;
import akka.actor.ActorSystemImpl;
import akka.actor.DynamicAccess;
import akka.actor.ReflectiveDynamicAccess;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag;
import scala.util.Success;
import scala.util.Try;

/**
 * An actor system whose threads report what they die of to a handler, where Akka's own would log
 * it, or end the JVM; and whose transport refuses what is no frame.
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
    Config settings =
        AkkaUtils.withTransport(config, tls)
            .withValue("akka.java-flight-recorder.enabled", ConfigValueFactory.fromAnyRef(true));
    ActorSystemImpl system =
        new RobustActorSystem(name, settings, AkkaUtils.setup(settings, tls)) {
          @Override
          public UncaughtExceptionHandler uncaughtExceptionHandler() {
            return handler; // called by the constructor above: no field could be set by then
          }

          @Override
          public DynamicAccess createDynamicAccess() {
            return new GuardedAccess();
          }
        };
    system.start();
    return system;
  }

  /** Makes the classes that Akka is configured with, and the guard where it asks for a recorder. */
  private static final class GuardedAccess extends ReflectiveDynamicAccess {
    GuardedAccess() {
      super(new WithoutManifests(RobustActorSystem.class.getClassLoader()));
    }

    @Override
    public <T> Try<T> createInstanceFor(
        String className, Seq<Tuple2<Class<?>, Object>> arguments, ClassTag<T> type) {
      if (!className.equals(InboundFrameGuard.IN_PLACE_OF)) {
        return super.createInstanceFor(className, arguments, type);
      }
      @SuppressWarnings("unchecked") // the type asked for is the interface that the guard has
      T guard = (T) new InboundFrameGuard(AkkaUtils.FRAME_BYTES);
      return new Success<>(guard);
    }
  }

  /**
   * Hides the manifests of the class path's jars, of which Akka reads each one at the start to see
   * whether its modules have the same version. The build has seen to that, and sixty manifests were
   * a twentieth of the start of a process.
   */
  private static final class WithoutManifests extends ClassLoader {
    WithoutManifests(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(JarFile.MANIFEST_NAME)
          ? Collections.emptyEnumeration()
          : super.getResources(name);
    }
  }
}
