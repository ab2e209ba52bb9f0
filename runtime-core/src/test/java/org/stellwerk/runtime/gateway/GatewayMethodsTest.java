package org.stellwerk.runtime.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.Local;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.codec.KryoRpcCodec;
import org.stellwerk.rpc.codec.RemoteInterface;

/** Every gateway of the runtime can be called from another process, and by nobody who waits. */
class GatewayMethodsTest {

  private static final KryoRpcCodec CODEC = KryoRpcCodec.load();

  /** All gateways of this module, wherever they are. */
  static List<Class<?>> gateways() throws IOException, URISyntaxException {
    Path root =
        Path.of(
            DispatcherGateway.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      List<Class<?>> found =
          files
              .map(file -> root.relativize(file).toString())
              .filter(file -> file.endsWith(".class"))
              .<Class<?>>map(file -> load(file.replace(".class", "").replace('/', '.')))
              .filter(type -> type.isInterface() && RpcGateway.class.isAssignableFrom(type))
              .toList();
      assertThat(found)
          .contains(
              DispatcherGateway.class,
              JobMasterGateway.class,
              ResourceManagerGateway.class,
              TaskExecutorGateway.class);
      return found;
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, GatewayMethodsTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** What the gateway's own signatures say; those of RpcGateway are no calls. */
  private static Stream<Method> calls(Class<?> gateway) {
    return Stream.of(gateway.getMethods())
        .filter(method -> method.getDeclaringClass() != RpcGateway.class)
        .filter(method -> method.getDeclaringClass() != FencedRpcGateway.class);
  }

  @ParameterizedTest
  @MethodSource("gateways")
  void noMethodIsSynchronous(Class<?> gateway) {
    assertThat(calls(gateway))
        .isNotEmpty()
        .allSatisfy(
            method -> assertThat(method.getReturnType()).isIn(void.class, CompletableFuture.class));
  }

  @ParameterizedTest
  @MethodSource("gateways")
  void everyMethodCanCrossUnlessItSaysThatItIsLocal(Class<?> gateway) {
    RemoteInterface remote = CODEC.describe(gateway);
    assertThat(calls(gateway).filter(method -> !method.isAnnotationPresent(Local.class)))
        .allSatisfy(method -> assertThat(remote.whyNotRemote(method)).isNull());
  }
}
