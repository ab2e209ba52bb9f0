package org.stellwerk.rpc.messages;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A call of a gateway's method. */
public sealed interface RpcInvocation permits LocalRpcInvocation, RemoteRpcInvocation {

  /** The gateway's method. */
  Method method();

  /** The arguments in order; an empty array for none. Not copied: an invocation is used once. */
  @Nullable Object[] arguments();

  /** "Gateway.method(Type, Type)": for messages to people. */
  default String describe() {
    return RpcMethods.describe(method());
  }
}
