package org.stellwerk.rpc.messages;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call that crosses, or has crossed, a process boundary. */
public record RemoteRpcInvocation(Method method, @Nullable Object[] arguments)
    implements RpcInvocation {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RemoteRpcInvocation that
        && method.equals(that.method)
        && Arrays.deepEquals(arguments, that.arguments);
  }

  @Override
  public int hashCode() {
    return Objects.hash(method, Arrays.deepHashCode(arguments));
  }

  @Override
  public String toString() {
    return "RemoteRpcInvocation(" + describe() + ")";
  }
}
