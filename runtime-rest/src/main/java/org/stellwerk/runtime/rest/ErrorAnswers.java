package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;
import org.stellwerk.util.ExceptionUtils;

/** Failures as answers: a fitting status and {@code {"errors":["one line"]}}. Stateless. */
final class ErrorAnswers {

  private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);

  private ErrorAnswers() {}

  static RestResponse of(String request, Throwable failure) {
    Throwable cause = ExceptionUtils.stripCompletionException(failure);
    if (ExceptionUtils.findThrowable(cause, StoreAccessDeniedException.class).isPresent()) {
      LOG.warn("Request {} failed: {}", request, ExceptionUtils.describe(cause));
      return answer(RestException.INTERNAL_ERROR, ExceptionUtils.describe(cause));
    }
    int status = status(cause);
    if (status == RestException.INTERNAL_ERROR) {
      LOG.warn("Request {} failed.", request, cause);
      return answer(status, "Internal server error: " + ExceptionUtils.describe(cause));
    }
    LOG.debug("Request {} is answered with {}: {}", request, status, cause.toString());
    if (cause instanceof TimeoutException) {
      return answer(
          status,
          "The leader did not answer in time; what was asked for may still happen ("
              + ExceptionUtils.describe(cause)
              + ")");
    }
    if (cause instanceof StoreUnavailableException) {
      return answer(
          status,
          "The cluster's store cannot be used now, try again: " + ExceptionUtils.describe(cause));
    }
    boolean speaksForItself =
        cause instanceof RestException || cause instanceof JobSubmissionException;
    boolean lost = status == RestException.UNAVAILABLE && !speaksForItself;
    String line = ExceptionUtils.describe(cause);
    return answer(status, lost ? "The leader cannot be reached now, try again: " + line : line);
  }

  private static int status(Throwable cause) {
    if (cause instanceof RestException known) {
      return known.status();
    }
    if (cause instanceof JobNotFoundException || cause instanceof UnknownTaskExecutorException) {
      return RestException.NOT_FOUND;
    }
    if (cause instanceof DuplicateJobSubmissionException) {
      return RestException.CONFLICT;
    }
    if (cause instanceof JobSubmissionException) {
      return isForAWhile(cause) ? RestException.UNAVAILABLE : RestException.BAD_REQUEST;
    }
    if (cause instanceof JobModificationException) {
      return RestException.BAD_REQUEST;
    }
    if (cause instanceof RpcPayloadTooLargeException) {
      return RestException.TOO_LARGE;
    }
    return isUnavailable(cause) ? RestException.UNAVAILABLE : RestException.INTERNAL_ERROR;
  }

  /** Not for what the job is, but because the leadership or the store is gone at this moment. */
  private static boolean isForAWhile(Throwable refusal) {
    Throwable why = refusal.getCause();
    return why != null && isUnavailable(why);
  }

  private static boolean isUnavailable(Throwable cause) {
    return cause instanceof TimeoutException
        || cause instanceof StoreUnavailableException
        || cause instanceof NotLeaderException
        || cause instanceof FencingTokenException
        || cause instanceof RecipientUnreachableException
        || cause instanceof RpcConnectionException
        || cause instanceof EndpointNotStartedException
        || cause instanceof EndpointTerminatedException;
  }

  private static RestResponse answer(int status, String message) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("errors").add(firstLine(message));
    return new RestResponse(status, body);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
