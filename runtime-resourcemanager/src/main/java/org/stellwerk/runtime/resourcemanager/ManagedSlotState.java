package org.stellwerk.runtime.resourcemanager;

/**
 * What a slot is to the SlotManager.
 *
 * <pre>
 * FREE → PENDING → ALLOCATED → FREE
 * PENDING → FREE (failed); any → ALLOCATED (a report says so)
 * ALLOCATED → QUARANTINED (a report says so) → FREE
 * </pre>
 */
public enum ManagedSlotState {
  /** Nobody has it. */
  FREE,
  /** Its TaskExecutor has been asked to give it to a job. */
  PENDING,
  /** Its TaskExecutor has given it to a job. */
  ALLOCATED,
  /** A task that does not end is in it: neither free nor a job's. */
  QUARANTINED;

  /** Whether it is a job's. */
  boolean hasJob() {
    return this == PENDING || this == ALLOCATED;
  }

  /** Whether the transition is allowed; an allocated slot may pass to another allocation. */
  boolean canBecome(ManagedSlotState next) {
    return switch (next) {
      case FREE -> this != FREE;
      case PENDING -> this == FREE;
      case ALLOCATED -> true;
      case QUARANTINED -> this == ALLOCATED;
    };
  }
}
