package org.stellwerk.simulation.check;

import org.jspecify.annotations.Nullable;

/**
 * An invocation that an endpoint has processed, as far as it went at once.
 *
 * @param at the endpoint
 * @param ownToken the endpoint's own fencing token; null if it is not fenced
 * @param token what the message carried; null if it carried none
 * @param failure what it was refused or failed with at once; null if it was not
 */
record Call(
    Source at,
    @Nullable Object ownToken,
    @Nullable Object token,
    String method,
    @Nullable Object[] arguments,
    @Nullable Throwable failure) {

  /** The argument, if it is there and of the type. */
  <T> @Nullable T argument(int index, Class<T> type) {
    Object argument = index < arguments.length ? arguments[index] : null;
    return type.isInstance(argument) ? type.cast(argument) : null;
  }

  boolean is(String wanted) {
    return method.equals(wanted);
  }
}
