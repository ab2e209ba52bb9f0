package org.stellwerk.rpc.codec;

import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.messages.RpcMethods;

/**
 * A method of a gateway as it is on the wire.
 *
 * @param number its position among the gateway's methods, sorted by signature
 * @param method the method itself
 * @param parameterTypes resolved, for messages to people
 * @param parameters slots, in order; empty if the method cannot be called remotely
 * @param result the slot of the answer
 * @param whyNotRemote null if it can be called remotely
 */
record GatewayMethod(
    int number,
    Method method,
    List<WireType> parameterTypes,
    List<Slot> parameters,
    Slot result,
    @Nullable String whyNotRemote) {

  String describe() {
    return RpcMethods.describe(method);
  }
}
