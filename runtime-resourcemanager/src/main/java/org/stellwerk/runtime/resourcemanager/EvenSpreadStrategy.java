package org.stellwerk.runtime.resourcemanager;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.stellwerk.runtime.id.InstanceID;

/**
 * Spreads each job evenly: each slot comes from the TaskExecutor that has fewest of the job; among
 * equals from the one with the largest share of usable slots, then from the one registered first.
 * So a job has equally many slots everywhere, give or take one, but where there are no more; and
 * jobs that need few slots go where most is free.
 */
final class EvenSpreadStrategy implements SlotAllocationStrategy {

  @Override
  public List<InstanceID> plan(List<Capacity> capacities, int missing) {
    PriorityQueue<Candidate> queue =
        new PriorityQueue<>(
            Comparator.comparingInt(Candidate::ofJob)
                .thenComparingLong(Candidate::usedShare)
                .thenComparingInt(Candidate::order));
    for (int order = 0; order < capacities.size(); order++) {
      Capacity capacity = capacities.get(order);
      if (capacity.usable() > 0) {
        queue.add(new Candidate(capacity, order, 0));
      }
    }
    List<InstanceID> plan = new ArrayList<>();
    while (plan.size() < missing) {
      Candidate best = queue.poll();
      if (best == null) {
        break;
      }
      plan.add(best.capacity.registrationId());
      if (best.taken + 1 < best.capacity.usable()) {
        queue.add(new Candidate(best.capacity, best.order, best.taken + 1));
      }
    }
    return plan;
  }

  private record Candidate(Capacity capacity, int order, int taken) {

    /** In millionths, so that the comparison is exact for equal shares. */
    long usedShare() {
      long notUsable = capacity.total() - capacity.usable() + (long) taken;
      return notUsable * 1_000_000L / capacity.total();
    }

    int ofJob() {
      return capacity.ofJob() + taken;
    }
  }
}
