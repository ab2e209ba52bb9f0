package org.stellwerk.rpc.dispatch;

import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.messages.CallAsync;
import org.stellwerk.rpc.messages.ControlMessages;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.messages.RunAsync;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * Turns the messages of one endpoint's mailbox into calls: life cycle, fencing, method lookup,
 * answers and failures. Every transport hands its messages to {@link #handle}, one at a time, and
 * so gives the same behaviour; it only moves them.
 *
 * <p>States: CREATED → RUNNING ⇄ STOPPED → TERMINATING → TERMINATED; CREATED and STOPPED may go to
 * TERMINATED directly. In TERMINATING, posted code still runs and calls are refused. Posted code
 * that throws is a fault; a call that throws is its caller's failure, and an error of the JVM that
 * leaves the process in doubt is both.
 */
public final class RpcInvocationDispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(RpcInvocationDispatcher.class);

  private enum State {
    CREATED,
    RUNNING,
    STOPPED,
    TERMINATING,
    TERMINATED
  }

  private final RpcEndpoint endpoint;
  private final Executor mailbox;
  private final FatalErrorHandler fatalErrorHandler;
  private final Map<String, String> loggingContext;
  private final CompletableFuture<Void> terminationFuture = new CompletableFuture<>();
  private State state = State.CREATED;

  /**
   * A dispatcher in the state CREATED.
   *
   * @param mailbox posts to the endpoint's mailbox, that is to {@link #handle} as RunAsync
   * @param loggingContext put into the logging context while a message is processed
   */
  public RpcInvocationDispatcher(
      RpcEndpoint endpoint,
      Executor mailbox,
      FatalErrorHandler fatalErrorHandler,
      Map<String, String> loggingContext) {
    this.endpoint = endpoint;
    this.mailbox = mailbox;
    this.fatalErrorHandler = fatalErrorHandler;
    this.loggingContext = loggingContext;
  }

  /** Completes in the main thread with the last message; the transport then drops the mailbox. */
  public CompletableFuture<Void> getTerminationFuture() {
    return terminationFuture;
  }

  /**
   * Processes one message. Never throws.
   *
   * @param message a control message, posted code, or an invocation with or without a fence
   * @param responder where the answer goes; {@link NoResponder} for what is told
   */
  public void handle(Object message, RpcResponder responder) {
    RpcEndpoint.MainThreadGuard guard = endpoint.internalMainThreadGuard();
    guard.enter();
    loggingContext.forEach(MDC::put);
    try {
      if (message instanceof ControlMessages control) {
        handleControl(control);
      } else if (message instanceof RunAsync || message instanceof CallAsync) {
        handlePosted(message, responder);
      } else {
        handleCall(message, responder);
      }
    } catch (Throwable t) {
      fatalErrorHandler.onFatalError(t);
    } finally {
      loggingContext.keySet().forEach(MDC::remove);
      guard.leave();
    }
  }

  private void handleControl(ControlMessages control) {
    switch (control) {
      case START -> start();
      case STOP -> state = state == State.RUNNING ? State.STOPPED : state;
      case TERMINATE -> terminate();
    }
  }

  private void start() {
    if (state == State.STOPPED) {
      state = State.RUNNING;
    } else if (state == State.CREATED) {
      state = State.RUNNING;
      try {
        endpoint.internalCallOnStart();
      } catch (Throwable t) {
        LOG.error("Endpoint {} could not start.", endpoint.getEndpointId(), t);
        terminated(t);
      }
    }
  }

  private void terminate() {
    switch (state) {
      case CREATED -> terminated(null);
      case RUNNING, STOPPED -> {
        state = State.TERMINATING;
        CompletableFuture<Void> stopped = endpoint.internalCallOnStop();
        if (stopped.isDone()) {
          stopped.whenComplete((ignored, failure) -> terminated(failure));
        } else {
          stopped.whenCompleteAsync((ignored, failure) -> terminated(failure), mailbox);
        }
      }
      case TERMINATING, TERMINATED -> {
        // once is enough
      }
    }
  }

  private void terminated(@Nullable Throwable failure) {
    if (state == State.TERMINATED) {
      return;
    }
    state = State.TERMINATED;
    endpoint.internalCloseResources();
    if (failure == null) {
      terminationFuture.complete(null);
    } else {
      terminationFuture.completeExceptionally(ExceptionUtils.stripCompletionException(failure));
    }
  }

  private void handlePosted(Object message, RpcResponder responder) {
    if (state != State.RUNNING && state != State.TERMINATING) {
      responder.fail(notServing());
      return;
    }
    if (message instanceof RunAsync run) {
      run.runnable().run();
      return;
    }
    try {
      responder.succeed(((CallAsync) message).callable().call());
    } catch (Throwable t) {
      failed(t, responder);
    }
  }

  private void handleCall(Object message, RpcResponder responder) {
    if (state != State.RUNNING) {
      responder.fail(notServing());
      return;
    }
    RpcInvocation invocation;
    if (message instanceof FencedMessage<?> fenced) {
      invocation = fenced.payload();
      RpcException refusal = checkFence(fenced.fencingToken(), invocation);
      if (refusal != null) {
        responder.fail(refusal);
        return;
      }
    } else if (message instanceof RpcInvocation unfenced) {
      invocation = unfenced;
      if (endpoint instanceof FencedRpcEndpoint<?>) {
        responder.fail(
            new FencingTokenException(
                "Fencing token not set: "
                    + invocation.describe()
                    + " was called without one, but endpoint "
                    + endpoint.getEndpointId()
                    + " is fenced. Connect with a fencing token."));
        return;
      }
    } else {
      responder.fail(new RpcException("Unknown message of type " + message.getClass().getName()));
      return;
    }
    invoke(invocation, responder);
  }

  private @Nullable RpcException checkFence(
      @Nullable Serializable token, RpcInvocation invocation) {
    if (!(endpoint instanceof FencedRpcEndpoint<?> fenced)) {
      return null;
    }
    if (token == null) {
      return new FencingTokenException(
          "Fencing token not set: the caller of " + invocation.describe() + " has none.");
    }
    if (!token.equals(fenced.getFencingToken())) {
      return new FencingTokenException(
          "Fencing token mismatch: "
              + invocation.describe()
              + " was called with "
              + token
              + ", but endpoint "
              + endpoint.getEndpointId()
              + " has "
              + fenced.getFencingToken()
              + ".");
    }
    return null;
  }

  private RpcException notServing() {
    String id = endpoint.getEndpointId();
    return switch (state) {
      case TERMINATING, TERMINATED ->
          new EndpointTerminatedException("Endpoint " + id + " has terminated or is about to.");
      default ->
          new EndpointNotStartedException(
              "Endpoint " + id + " is not started; the message was discarded.");
    };
  }

  private void invoke(RpcInvocation invocation, RpcResponder responder) {
    Method method = invocation.method();
    if (!method.getDeclaringClass().isInstance(endpoint)) {
      responder.fail(
          new RpcException(
              "Endpoint "
                  + endpoint.getEndpointId()
                  + " ("
                  + endpoint.getClass().getName()
                  + ") has no method "
                  + invocation.describe()));
      return;
    }
    try {
      Object result = method.invoke(endpoint, invocation.arguments());
      if (result instanceof CompletableFuture<?> future) {
        future.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                responder.succeed(value);
              } else {
                responder.fail(ExceptionUtils.stripCompletionException(failure));
              }
            });
      } else {
        responder.succeed(result);
      }
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (method.getReturnType() == void.class) {
        LOG.error(
            "{} of endpoint {} failed.", invocation.describe(), endpoint.getEndpointId(), cause);
      }
      failed(cause, responder);
    } catch (IllegalAccessException | IllegalArgumentException e) {
      responder.fail(new RpcException("Could not call " + invocation.describe(), e));
    }
  }

  private void failed(Throwable failure, RpcResponder responder) {
    if (ExceptionUtils.leavesProcessInDoubt(failure)) {
      fatalErrorHandler.onFatalError(failure);
    }
    responder.fail(failure);
  }

  /** The responder of what is told: answers are dropped, refusals logged at DEBUG. */
  public static final class NoResponder implements RpcResponder {

    /** Stateless. */
    public static final NoResponder INSTANCE = new NoResponder();

    private NoResponder() {}

    @Override
    public void succeed(@Nullable Object value) {
      // told, not asked
    }

    @Override
    public void fail(Throwable failure) {
      LOG.debug("A message that was told failed: {}", failure.toString());
    }
  }

  /** The responder of a call within the process. */
  public record FutureResponder(CompletableFuture<@Nullable Object> future)
      implements RpcResponder {

    @Override
    public void succeed(@Nullable Object value) {
      future.complete(value);
    }

    @Override
    public void fail(Throwable failure) {
      future.completeExceptionally(failure);
    }
  }
}
