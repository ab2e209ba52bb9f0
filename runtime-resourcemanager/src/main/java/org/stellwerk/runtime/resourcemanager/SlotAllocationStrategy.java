package org.stellwerk.runtime.resourcemanager;

import java.util.List;
import org.stellwerk.runtime.id.InstanceID;

/** Chooses where a job's missing slots are taken: a pure function of its arguments. */
@FunctionalInterface
interface SlotAllocationStrategy {

  /**
   * Chooses TaskExecutors.
   *
   * @param capacities what can be had, in the order of registration
   * @param missing how many slots are wanted
   * @return one entry per slot to be asked for; fewer than wanted if there are not enough
   */
  List<InstanceID> plan(List<Capacity> capacities, int missing);

  /**
   * What one TaskExecutor can give.
   *
   * @param total all its slots
   * @param usable those that can be asked for
   * @param ofJob those that the job in question already has
   */
  record Capacity(InstanceID registrationId, int total, int usable, int ofJob) {}
}
