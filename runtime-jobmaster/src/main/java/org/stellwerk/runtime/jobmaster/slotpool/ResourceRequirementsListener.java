package org.stellwerk.runtime.jobmaster.slotpool;

/** Is told the whole need of the job each time it changes. */
@FunctionalInterface
public interface ResourceRequirementsListener {

  /**
   * The job needs that many slots.
   *
   * @param version grows with each call
   */
  void resourcesRequired(long version, int numberOfSlots);
}
