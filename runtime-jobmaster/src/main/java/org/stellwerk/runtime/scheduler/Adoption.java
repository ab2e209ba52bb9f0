package org.stellwerk.runtime.scheduler;

import java.util.List;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * What a job goes on with of that which a TaskExecutor has of it.
 *
 * @param slots those that it keeps
 * @param attempts those that run on, or whose end it has to hear
 */
public record Adoption(List<AllocationID> slots, List<ExecutionAttemptID> attempts) {

  /** Nothing. */
  public static final Adoption NONE = new Adoption(List.of(), List.of());

  public Adoption {
    slots = List.copyOf(slots);
    attempts = List.copyOf(attempts);
  }
}
