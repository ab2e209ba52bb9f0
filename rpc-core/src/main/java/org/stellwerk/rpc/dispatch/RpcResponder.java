package org.stellwerk.rpc.dispatch;

import org.jspecify.annotations.Nullable;

/** Where the answer of one call goes; the first answer counts. */
public interface RpcResponder {

  /** The method returned the value, or its future completed with it. */
  void succeed(@Nullable Object value);

  /** The call could not be made, or ended with the exception. */
  void fail(Throwable failure);
}
