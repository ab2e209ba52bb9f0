package org.stellwerk.rpc.simulation.example;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.time.Clock;
import org.stellwerk.util.ExceptionUtils;

/** Wants the lease, and believes to have it for a time after each grant. */
final class LeaseHolder extends RpcEndpoint {

  /** From when on a holder counts the time of its lease. */
  enum CountsFrom {
    /** Wrong: the grant may have been on its way for long. */
    ANSWER,
    /** Right: the service cannot have granted it before it was asked. */
    REQUEST
  }

  private static final Duration RENEWAL = Duration.ofMillis(500);

  /** Clocks of different processes may differ by one percent. */
  private static final long GOOD_NANOS = LeaseService.LEASE.toNanos() * 99 / 100;

  private final Clock clock;
  private final CountsFrom countsFrom;
  private @Nullable LeaseGateway service;
  private long heldUntilNanos = Long.MIN_VALUE;

  LeaseHolder(RpcService rpc, Clock clock, CountsFrom countsFrom) {
    super(rpc, "holder");
    this.clock = clock;
    this.countsFrom = countsFrom;
  }

  /** Whether it believes to have the lease, and so does what only one may do. */
  boolean holds() {
    return clock.relativeTimeNanos() < heldUntilNanos;
  }

  @Override
  protected void onStart() {
    renew();
  }

  private void renew() {
    LeaseGateway current = service;
    if (current == null) {
      connect();
    } else {
      ask(current);
    }
    scheduleRunAsync(this::renew, RENEWAL);
  }

  private void connect() {
    getRpcService()
        .connect("sim://server/" + LeaseService.NAME, LeaseGateway.class)
        .thenAcceptAsync(gateway -> service = gateway, getMainThreadExecutor());
  }

  private void ask(LeaseGateway current) {
    long asked = clock.relativeTimeNanos();
    current
        .acquire(getRpcService().getAddress())
        .whenCompleteAsync(
            (granted, failure) -> {
              if (failure == null && granted) {
                boolean late = countsFrom == CountsFrom.ANSWER;
                long from = late ? clock.relativeTimeNanos() : asked;
                heldUntilNanos = Math.max(heldUntilNanos, from + GOOD_NANOS);
              } else if (isGone(failure)) {
                service = null;
              }
            },
            getMainThreadExecutor());
  }

  private static boolean isGone(@Nullable Throwable failure) {
    return failure != null
        && ExceptionUtils.stripCompletionException(failure)
            instanceof RecipientUnreachableException;
  }
}
