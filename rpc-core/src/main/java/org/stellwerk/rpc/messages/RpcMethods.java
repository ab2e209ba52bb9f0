package org.stellwerk.rpc.messages;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How methods of gateways are named to people. */
public final class RpcMethods {

  private RpcMethods() {}

  /** "Gateway.method(Type, Type)". */
  public static String describe(Method method) {
    return method.getDeclaringClass().getSimpleName()
        + "."
        + method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
