package org.stellwerk.rpc.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;

/** The way from one node to another, in one direction; outlives incarnations. */
final class SimLink {

  private Status status = Status.CONNECTED;
  private int epoch;
  private int renewals;
  private double dropProbability;
  private long cloggedUntilNanos;
  private @Nullable SimBackOff backOff;
  private @Nullable SimLatency latency;
  private @Nullable Queue<SimTransport.Arrival> heldUp;

  Status status() {
    return status;
  }

  /** Changes with each loss of the connection: what was in flight before is lost. */
  int epoch(MessageKind kind) {
    return kind == MessageKind.OTHER ? epoch : epoch + renewals;
  }

  void setStatus(Status newStatus) {
    if (newStatus.isDown() && !status.isDown()) {
      epoch++;
    }
    if (newStatus.isDown() && newStatus != Status.BLACKHOLE) {
      backOff = null;
    }
    status = newStatus;
  }

  /** The connection is lost and made again at once. */
  void reset() {
    epoch++;
    backOff = null;
  }

  /** The connection for calls and answers is made anew; fresh ones of the same time are not. */
  void renew() {
    renewals++;
    backOff = null;
  }

  /** A message on the connection between the processes has vanished, and is sent again later. */
  void vanished(SimNode from, SimNode to, long nanos, SimRandom random) {
    if (backOff == null || backOff.isOverAt(nanos) || !backOff.isBetween(from, to)) {
      backOff = new SimBackOff(from, to, nanos, random);
    }
  }

  /** Nothing vanishes any more; returns when something gets through again. */
  long healedAt(long nanos, SimNode from, SimNode to) {
    return backOff != null && backOff.isBetween(from, to) ? backOff.healed(nanos) : nanos;
  }

  /** Whether nothing gets through on the connection between the processes, for now. */
  boolean isSilentAt(long nanos, SimNode from, SimNode to) {
    return backOff != null && backOff.isBetween(from, to) && !backOff.isOverAt(nanos);
  }

  /** Whether messages of the kind vanish here. */
  boolean swallows(MessageKind kind) {
    return switch (status) {
      case CONNECTED, DISCONNECTED, REFUSED -> false;
      case BLACKHOLE -> true;
      case BLACKHOLE_REPLIES -> kind == MessageKind.REPLY;
      case BLACKHOLE_REQUESTS -> kind != MessageKind.REPLY;
    };
  }

  /** Whether this message vanishes by chance. */
  boolean drops(SimRandom random) {
    return dropProbability > 0 && random.chance(dropProbability);
  }

  void setDropProbability(double probability) {
    dropProbability = probability;
  }

  boolean isCloggedAt(long nanos) {
    return cloggedUntilNanos > nanos;
  }

  /** How much longer it is clogged. */
  long clogNanosFrom(long nanos) {
    return Math.max(0, cloggedUntilNanos - nanos);
  }

  void clogUntil(long nanos) {
    cloggedUntilNanos = Math.max(cloggedUntilNanos, nanos);
  }

  /** Keeps what has arrived in front of the clog. */
  void holdUp(SimTransport.Arrival arrival) {
    if (heldUp == null) {
      heldUp = new PriorityQueue<>(Comparator.comparingLong(SimTransport.Arrival::messageId));
    }
    heldUp.add(arrival);
  }

  /** The next of what was held up, in the order in which it was sent; null at the end. */
  SimTransport.@Nullable Arrival nextHeldUp() {
    return heldUp == null ? null : heldUp.poll();
  }

  /** The network's latency if null. */
  @Nullable SimLatency latency() {
    return latency;
  }

  void setLatency(@Nullable SimLatency newLatency) {
    latency = newLatency;
  }

  /** Takes every fault away; what was held up is the caller's business. */
  void heal() {
    status = Status.CONNECTED;
    dropProbability = 0;
    cloggedUntilNanos = 0;
    backOff = null;
    latency = null;
  }
}
