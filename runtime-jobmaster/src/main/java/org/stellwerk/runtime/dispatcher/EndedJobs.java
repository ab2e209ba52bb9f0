package org.stellwerk.runtime.dispatcher;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * The jobs that ended last, for looking at. Bounded; the oldest go first. Component of the
 * Dispatcher, in its main thread; soft state.
 */
final class EndedJobs {

  private final int capacity;
  private final Map<JobID, ArchivedExecutionGraph> jobs = new LinkedHashMap<>();

  EndedJobs(int capacity) {
    this.capacity = capacity;
  }

  void add(ArchivedExecutionGraph job) {
    jobs.put(job.jobId(), job);
    for (Iterator<JobID> oldest = jobs.keySet().iterator(); jobs.size() > capacity; ) {
      oldest.next();
      oldest.remove();
    }
  }

  @Nullable ArchivedExecutionGraph get(JobID jobId) {
    return jobs.get(jobId);
  }

  List<ArchivedExecutionGraph> all() {
    return new ArrayList<>(jobs.values());
  }

  int count(JobStatus status) {
    int count = 0;
    for (ArchivedExecutionGraph job : jobs.values()) {
      if (job.state() == status) {
        count++;
      }
    }
    return count;
  }
}
