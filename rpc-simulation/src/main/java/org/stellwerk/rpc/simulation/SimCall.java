package org.stellwerk.rpc.simulation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcTimeout;
import org.stellwerk.rpc.messages.RpcMethods;

/**
 * What the annotations and types of a gateway method mean for its calls.
 *
 * @param what "Gateway.method(Type, Type)"
 * @param timeoutIndex the parameter that is the timeout; -1 for none
 */
record SimCall(Method method, String what, boolean tell, boolean ask, int timeoutIndex) {

  /** What follows from methods alone: known once for all simulations of the JVM. */
  private static final class Shared {
    private static final Map<Method, SimCall> CALLS = new ConcurrentHashMap<>();
  }

  static SimCall of(Method method) {
    SimCall known = Shared.CALLS.get(method);
    return known != null ? known : Shared.CALLS.computeIfAbsent(method, SimCall::describe);
  }

  private static SimCall describe(Method method) {
    method.trySetAccessible(); // gateways of tests need not be public
    Class<?> returned = method.getReturnType();
    return new SimCall(
        method,
        RpcMethods.describe(method),
        returned == void.class,
        returned == CompletableFuture.class,
        timeoutIndex(method));
  }

  private static int timeoutIndex(Method method) {
    Annotation[][] annotations = method.getParameterAnnotations();
    for (int i = 0; i < annotations.length; i++) {
      for (Annotation annotation : annotations[i]) {
        if (annotation instanceof RpcTimeout) {
          return i;
        }
      }
    }
    return -1;
  }

  Duration timeout(@Nullable Object[] arguments, Duration otherwise) {
    return timeoutIndex >= 0 && arguments[timeoutIndex] instanceof Duration given
        ? given
        : otherwise;
  }
}
