package org.stellwerk.runtime.messages;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.stellwerk.runtime.id.JobID;

/**
 * One line of the list of jobs; times in milliseconds since the epoch.
 *
 * @param endTime -1 while the job is not over
 * @param tasksPerState how many subtasks are in each state; all states are there
 */
public record JobDetails(
    JobID jobId,
    String jobName,
    JobStatus status,
    long startTime,
    long endTime,
    long lastUpdateTime,
    Map<ExecutionState, Integer> tasksPerState) {

  public JobDetails {
    Map<ExecutionState, Integer> complete = new EnumMap<>(ExecutionState.class);
    for (ExecutionState state : ExecutionState.values()) {
      complete.put(state, tasksPerState.getOrDefault(state, 0));
    }
    tasksPerState = Collections.unmodifiableMap(complete);
  }
}
