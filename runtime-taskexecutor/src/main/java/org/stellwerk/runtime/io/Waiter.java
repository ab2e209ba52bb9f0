package org.stellwerk.runtime.io;

import java.util.BitSet;
import java.util.List;

/**
 * A consumer's request of which some producers have not turned up yet. Belongs to the registry,
 * under whose lock everything is called.
 */
final class Waiter {

  private final ChannelGroup group;
  private final BitSet missing;
  private final long deadlineNanos;

  /** An answer that a consumer is to be given, outside of the registry's lock. */
  record Refusal(ChannelGroup group, int index, ChannelError error) {
    void tell() {
      group.refused(index, error);
    }
  }

  /**
   * @param missing the indices of the producers
   */
  Waiter(ChannelGroup group, BitSet missing, long deadlineNanos) {
    this.group = group;
    this.missing = missing;
    this.deadlineNanos = deadlineNanos;
  }

  ChannelGroup group() {
    return group;
  }

  /** For how many producers it waits. */
  int size() {
    return missing.cardinality();
  }

  boolean isEmpty() {
    return missing.isEmpty();
  }

  boolean isExpired(long nowNanos) {
    return deadlineNanos - nowNanos <= 0;
  }

  /** A task of the producing vertex is there: it, or a newer attempt of one that is missing. */
  void serve(TaskOutputs task, List<Refusal> refusals) {
    ProducerAttempts producers = group.requests().producers();
    int index = producers.indexOf(task.attempt().subtaskIndex());
    if (index < 0
        || !missing.get(index)
        || producers.attemptNumber(index) > task.attempt().attemptNumber()) {
      return;
    }
    missing.clear(index);
    ChannelError error =
        producers.attemptNumber(index) == task.attempt().attemptNumber()
            ? task.attach(group, index)
            : group.requests().get(index).outOfDate(task.attempt());
    if (error != null) {
      refusals.add(new Refusal(group, index, error));
    }
  }

  /** Of two attempts of a consumer that wait for the same producer, the older waits no longer. */
  void settle(Waiter earlier, List<Refusal> refusals) {
    ChannelRequests own = group.requests();
    ChannelRequests others = earlier.group.requests();
    boolean outdated = others.consumer().attemptNumber() > own.consumer().attemptNumber();
    for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
      int other = others.producers().indexOf(own.producers().subtask(i));
      if (other < 0
          || !earlier.missing.get(other)
          || others.producers().attemptNumber(other) != own.producers().attemptNumber(i)) {
        continue;
      }
      if (outdated) {
        missing.clear(i);
        refusals.add(new Refusal(group, i, own.get(i).outOfDate(others.consumer())));
      } else {
        earlier.missing.clear(other);
        refusals.add(
            new Refusal(earlier.group, other, others.get(other).outOfDate(own.consumer())));
      }
    }
  }

  /** Refuses what it still waits for. */
  void giveUp(long waitedMs, List<Refusal> refusals) {
    for (int i = missing.nextSetBit(0); i >= 0; i = missing.nextSetBit(i + 1)) {
      ChannelError error =
          new ChannelError(
              ChannelError.Kind.NOT_FOUND,
              "nobody offered "
                  + group.requests().get(i).describe()
                  + " within "
                  + waitedMs
                  + " ms (taskmanager.network.partition-request-timeout)");
      refusals.add(new Refusal(group, i, error));
    }
    missing.clear();
  }
}
