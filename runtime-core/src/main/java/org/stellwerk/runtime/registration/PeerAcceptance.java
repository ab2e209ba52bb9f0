package org.stellwerk.runtime.registration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.messages.RegistrationResponse;

/**
 * The other side of a {@link RetryingRegistration}: takes peers in once they are connected to. Of
 * several registrations of one peer only the latest counts, and none that the peer has taken back
 * meanwhile. Component of one endpoint, in its main thread.
 *
 * @param <I> what names a peer
 */
public final class PeerAcceptance<I> {

  private final String name;
  private final FaultPoints faultPoints;
  private final Executor mainThread;
  private final Map<I, Long> latestAttempts = new LinkedHashMap<>();
  private long attempts;

  /**
   * Nobody is on the way.
   *
   * @param name begins the names of the fault points
   */
  public PeerAcceptance(String name, FaultPoints faultPoints, Executor mainThread) {
    this.name = name;
    this.faultPoints = faultPoints;
    this.mainThread = mainThread;
  }

  /**
   * Takes a peer in.
   *
   * @param connected the way back to it
   * @param add takes it in; called in the main thread
   * @return fails if it cannot be connected to
   */
  public <G> CompletableFuture<RegistrationResponse> accept(
      I peer, CompletableFuture<G> connected, Function<G, RegistrationResponse> add) {
    long attempt = ++attempts;
    latestAttempts.put(peer, attempt);
    return connected
        .thenCombine(faultPoints.reach(name + ".peer-connected"), (gateway, ignored) -> gateway)
        .handleAsync(
            (gateway, failure) -> {
              boolean latest = latestAttempts.remove(peer, attempt);
              if (failure != null) {
                return CompletableFuture.<RegistrationResponse>failedFuture(failure);
              }
              return CompletableFuture.completedFuture(
                  latest
                      ? add.apply(gateway)
                      : new RegistrationResponse.Failure(
                          "A later registration of " + peer + " is under way"));
            },
            mainThread)
        .thenCompose(response -> response)
        .thenCompose(response -> faultPoints.pass(name + ".peer-registered", response));
  }

  /** What a peer has begun counts no more. */
  public void forget(I peer) {
    latestAttempts.remove(peer);
  }

  /** As {@link #forget}, for all of them. */
  public void clear() {
    latestAttempts.clear();
  }
}
