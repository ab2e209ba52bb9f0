package org.stellwerk.runtime.scheduler;

import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolGateway;

/** Makes the scheduler of a job. */
public final class SchedulerFactory {

  private SchedulerFactory() {}

  /** A scheduler of a job whose scheduling has not begun. */
  public static SchedulerNG create(
      ExecutionGraphSpec spec,
      SlotPoolGateway slotPool,
      SchedulerServices services,
      JobStatusListener listener) {
    return new DefaultScheduler(spec, slotPool, services, listener);
  }
}
