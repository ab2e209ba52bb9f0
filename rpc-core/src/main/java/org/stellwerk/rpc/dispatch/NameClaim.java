package org.stellwerk.rpc.dispatch;

import java.util.concurrent.atomic.AtomicReference;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/**
 * How firmly an endpoint holds its name within its service. From its start on it keeps it until it
 * has terminated. One that was never started gives it up to the next of that name: an endpoint
 * whose constructor has thrown is registered already, and nobody has it to close it. Thread-safe.
 */
public final class NameClaim {

  private enum State {
    REGISTERED,
    STARTED,
    GIVEN_UP
  }

  private final String name;
  private final AtomicReference<State> state = new AtomicReference<>(State.REGISTERED);

  /** The claim of an endpoint that was just registered. */
  public NameClaim(String name) {
    this.name = name;
  }

  /**
   * The endpoint is started, perhaps not for the first time.
   *
   * @throws RpcRuntimeException if it has given up its name
   */
  public void start() {
    if (!state.compareAndSet(State.REGISTERED, State.STARTED) && state.get() == State.GIVEN_UP) {
      throw new RpcRuntimeException(
          "Endpoint "
              + name
              + " cannot start: another one of that name was made before this one was started.");
    }
  }

  /** Gives up the name to another endpoint; false if it is held until the endpoint's end. */
  public boolean giveUp() {
    return state.compareAndSet(State.REGISTERED, State.GIVEN_UP) || state.get() == State.GIVEN_UP;
  }
}
