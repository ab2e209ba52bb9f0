package org.stellwerk.simulation.page;

import java.util.List;

/**
 * What was taken down of a run.
 *
 * @param title one line for people
 * @param endNanos how much virtual time passed
 * @param processes the names of all processes, in the order of their first start
 * @param jobs those that have been seen, in that order
 * @param events in the order in which they happened
 * @param dropped how many of the earliest events were not kept, see {@link RunRecorder}
 */
public record RecordedRun(
    String title,
    long seed,
    long endNanos,
    List<String> processes,
    List<Job> jobs,
    List<RunEvent> events,
    long dropped) {

  public RecordedRun {
    processes = List.copyOf(processes);
    jobs = List.copyOf(jobs);
    events = List.copyOf(events);
  }

  /** A job; names are made unique in the run. */
  public record Job(String id, String name) {}

  /** The job's name; the id itself if it is not one of the run. */
  public String jobName(String id) {
    return jobs.stream().filter(job -> job.id().equals(id)).map(Job::name).findFirst().orElse(id);
  }
}
