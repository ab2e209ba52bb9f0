package org.stellwerk.runtime.taskexecutor;

import java.util.concurrent.TimeoutException;
import org.stellwerk.rpc.exceptions.EndpointGoneException;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.util.ExceptionUtils;

/** What a failed call says about the peer. */
final class PeerFailures {

  private PeerFailures() {}

  /** Nobody answered in time: an idempotent call is repeated at once, time has gone by. */
  static boolean isTimeout(Throwable failure) {
    return ExceptionUtils.stripCompletionException(failure) instanceof TimeoutException;
  }

  /** The call may or may not have been executed; anything else is the peer's refusal. */
  static boolean isTransient(Throwable failure) {
    return isTimeout(failure)
        || has(failure, RecipientUnreachableException.class)
        || has(failure, RpcConnectionException.class)
        || has(failure, EndpointNotStartedException.class);
  }

  /** The peer has ended, is in another leader session, or ends with its own. */
  static boolean isSessionOver(Throwable failure) {
    return has(failure, FencingTokenException.class)
        || has(failure, NotLeaderException.class)
        || has(failure, EndpointTerminatedException.class);
  }

  /** The peer has ended, is in another leader session, or has forgotten this TaskExecutor. */
  static boolean isRegistrationOver(Throwable failure) {
    return isSessionOver(failure) || isForgotten(failure);
  }

  /** The peer has forgotten this TaskExecutor. */
  static boolean isForgotten(Throwable failure) {
    return has(failure, UnknownTaskExecutorException.class);
  }

  /** The peer's process answers, but the peer is not there. */
  static boolean isNotFound(Throwable failure) {
    return has(failure, EndpointNotFoundException.class)
        || has(failure, EndpointGoneException.class);
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    return ExceptionUtils.findThrowable(failure, type).isPresent();
  }
}
