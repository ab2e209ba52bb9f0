package org.stellwerk.simulation.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.runtime.dispatcher.DispatcherSnapshot;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;

/**
 * Every job is running, with as many tasks as its slots allow, or between two attempts, or waits
 * for the fewest slots that it can run with, or over: what is stored runs, once, and nothing else
 * does; what was acknowledged is stored or has a result; what was cancelled in this session has a
 * result; nothing waits for its clean-up.
 */
final class JobProblems {

  private final ClusterTruth truth;
  private final ClientHistory history;
  private final DispatcherSnapshot dispatcher;
  private final ResourceManagerSnapshot resourceManager;

  /** Of a cluster without {@link LeaderProblems}. */
  JobProblems(ClusterTruth truth, ClientHistory history) {
    this.truth = truth;
    this.history = history;
    this.dispatcher = truth.dispatchers().get(0);
    this.resourceManager = truth.resourceManagers().get(0);
  }

  void addTo(List<String> problems) {
    Map<JobID, JobMasterSnapshot> jobMasters = new HashMap<>();
    for (JobMasterSnapshot job : truth.jobMasters()) {
      if (jobMasters.put(job.jobId(), job) != null) {
        problems.add("job " + job.jobId() + " has two JobMasters");
      }
      addJobMaster(job, problems);
    }
    for (JobID jobId : truth.stored().jobs()) {
      if (!jobMasters.containsKey(jobId)) {
        problems.add("job " + jobId + " is stored, but has no JobMaster");
      }
    }
    if (!dispatcher.submitting().isEmpty()) {
      problems.add("submissions are open: " + dispatcher.submitting());
    }
    if (!truth.stored().dirty().isEmpty()) {
      problems.add("results are dirty: " + truth.stored().dirty());
    }
    for (JobID jobId : history.acknowledged()) {
      if (!truth.stored().jobs().contains(jobId) && !truth.stored().ended().test(jobId)) {
        problems.add("job " + jobId + " was acknowledged, but is lost");
      }
    }
    for (JobID jobId : history.cancelledIn(dispatcher.session().value())) {
      if (!truth.stored().ended().test(jobId)) {
        problems.add("job " + jobId + " was cancelled, but is not over");
      }
    }
  }

  /** Whether a task has not begun because its producers on blocking edges have not all finished. */
  private boolean waitsForInput(ExecutionSnapshot execution, JobMasterSnapshot job) {
    List<JobVertexID> producers =
        truth.stored().graph(job.jobId()).stream()
            .flatMap(graph -> graph.inputsOf(execution.attemptId().jobVertexId()).stream())
            .filter(edge -> edge.resultType().isBlocking())
            .map(JobEdge::source)
            .toList();
    return execution.state() == ExecutionState.CREATED
        && job.executions().stream()
            .filter(each -> producers.contains(each.attemptId().jobVertexId()))
            .anyMatch(each -> each.state() != ExecutionState.FINISHED);
  }

  private void addJobMaster(JobMasterSnapshot job, List<String> problems) {
    String name = "job " + job.jobId();
    if (!truth.stored().jobs().contains(job.jobId())) {
      problems.add(name + " has a JobMaster, but is not stored");
    }
    if (!dispatcher.running().contains(job.jobId())) {
      problems.add(name + " has a JobMaster, but the Dispatcher does not know it");
    }
    boolean waits =
        (job.status() == JobStatus.CREATED || job.status() == JobStatus.RECONCILING)
            && job.possibleTasks() == 0;
    if (job.status() != JobStatus.RUNNING && job.status() != JobStatus.RESTARTING && !waits) {
      problems.add(name + " is " + job.status());
    }
    boolean registered =
        resourceManager.jobMasters().stream().anyMatch(each -> each.jobId().equals(job.jobId()));
    if (!registered || !job.registered()) {
      problems.add(name + " is not registered at the ResourceManager");
    }
    if (job.status() == JobStatus.RUNNING
        && job.executions().size() < job.possibleTasks()
        && job.executions().stream().noneMatch(each -> each.state() == ExecutionState.FINISHED)) {
      problems.add(
          "%s has %d tasks, but slots for %d"
              .formatted(name, job.executions().size(), job.possibleTasks()));
    }
    if (job.status() == JobStatus.RUNNING && job.slotPool().requests() == 0) {
      for (ExecutionSnapshot execution : job.executions()) {
        if (execution.state() != ExecutionState.RUNNING
            && execution.state() != ExecutionState.FINISHED
            && !waitsForInput(execution, job)) {
          problems.add(name + " has its slots, but " + execution);
        }
      }
    }
  }
}
