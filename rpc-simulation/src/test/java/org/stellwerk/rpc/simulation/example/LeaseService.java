package org.stellwerk.rpc.simulation.example;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.time.Clock;

/** The service. What it knows dies with it, so it begins with a lease that it cannot know of. */
final class LeaseService extends RpcEndpoint implements LeaseGateway {

  /** How long a lease is good, by the clock of the service. */
  static final Duration LEASE = Duration.ofSeconds(2);

  static final String NAME = "leases";

  private final Clock clock;
  private @Nullable String holder;
  private long untilNanos;

  LeaseService(RpcService rpc, Clock clock) {
    super(rpc, NAME);
    this.clock = clock;
    this.untilNanos = clock.relativeTimeNanos() + LEASE.toNanos();
  }

  @Override
  public CompletableFuture<Boolean> acquire(String caller) {
    long now = clock.relativeTimeNanos();
    boolean granted = caller.equals(holder) || now >= untilNanos;
    if (granted) {
      holder = caller;
      untilNanos = now + LEASE.toNanos();
    }
    return CompletableFuture.completedFuture(granted);
  }
}
