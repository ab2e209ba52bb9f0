package org.stellwerk.rpc.akka;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcTimeout;
import org.stellwerk.rpc.messages.RpcMethods;

/**
 * What the proxies know of a gateway's method, found out once.
 *
 * @param method the method, made accessible; null for posted code and for the handshake
 * @param describe for messages to people
 * @param answer how its outcome reaches the caller
 * @param timeoutIndex the position of its timeout among the arguments; -1 if it has none
 */
record CallSite(@Nullable Method method, String describe, AnswerKind answer, int timeoutIndex) {

  /** The handshake. */
  static final CallSite CONNECT = new CallSite(null, "connect", AnswerKind.FUTURE, -1);

  /** Posted code. */
  static final CallSite CALL_ASYNC = new CallSite(null, "callAsync", AnswerKind.FUTURE, -1);

  enum AnswerKind {
    NONE,
    FUTURE,
    BLOCKING
  }

  static CallSite of(Method method) {
    method.setAccessible(true);
    Class<?> returned = method.getReturnType();
    AnswerKind answer =
        returned == void.class
            ? AnswerKind.NONE
            : returned == CompletableFuture.class ? AnswerKind.FUTURE : AnswerKind.BLOCKING;
    return new CallSite(method, RpcMethods.describe(method), answer, findTimeout(method));
  }

  private static int findTimeout(Method method) {
    Annotation[][] annotations = method.getParameterAnnotations();
    for (int i = 0; i < annotations.length; i++) {
      for (Annotation annotation : annotations[i]) {
        if (annotation instanceof RpcTimeout && method.getParameterTypes()[i] == Duration.class) {
          return i;
        }
      }
    }
    return -1;
  }

  Duration timeout(@Nullable Object[] arguments, Duration otherwise) {
    return timeoutIndex >= 0 && arguments[timeoutIndex] instanceof Duration duration
        ? duration
        : otherwise;
  }
}
