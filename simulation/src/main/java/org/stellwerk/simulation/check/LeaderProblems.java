package org.stellwerk.simulation.check;

import java.util.List;
import java.util.UUID;
import org.stellwerk.runtime.cluster.JobManagerSnapshot;
import org.stellwerk.runtime.cluster.LeaderSessionState;
import org.stellwerk.runtime.dispatcher.DispatcherSnapshot;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;

/**
 * One leader: the session that leads is published and confirmed, it is the only one that has
 * endpoints, and everybody follows it.
 */
record LeaderProblems(ClusterTruth truth, UUID leader) {

  void addTo(List<String> problems) {
    if (!truth.published().filter(leader::equals).isPresent()) {
      problems.add("session " + leader + " leads, but published is " + truth.published());
    }
    addProcesses(problems);
    if (truth.dispatchers().size() != 1 || truth.resourceManagers().size() != 1) {
      problems.add(
          "there are %d Dispatchers and %d ResourceManagers"
              .formatted(truth.dispatchers().size(), truth.resourceManagers().size()));
    }
    for (DispatcherSnapshot dispatcher : truth.dispatchers()) {
      if (!dispatcher.session().value().equals(leader) || !dispatcher.ready()) {
        problems.add("session " + leader + " leads, but there is " + dispatcher);
      }
    }
    for (ResourceManagerSnapshot resourceManager : truth.resourceManagers()) {
      if (!resourceManager.session().value().equals(leader)) {
        problems.add("there is a ResourceManager of session " + resourceManager.session());
      }
    }
    for (JobMasterSnapshot job : truth.jobMasters()) {
      if (!job.session().value().equals(leader)) {
        problems.add("job " + job.jobId() + " has a JobMaster of session " + job.session());
      }
    }
    for (TaskExecutorSnapshot taskExecutor : truth.taskExecutors()) {
      if (!leader.equals(taskExecutor.leaderSession())) {
        problems.add(taskExecutor.resourceId() + " follows " + taskExecutor.leaderSession());
      }
    }
  }

  private void addProcesses(List<String> problems) {
    int confirmed = 0;
    for (JobManagerSnapshot process : truth.jobManagers()) {
      boolean leads = leader.equals(process.session());
      confirmed += leads && process.state() == LeaderSessionState.CONFIRMED ? 1 : 0;
      if (!process.closing().isEmpty() || (!leads && process.session() != null)) {
        problems.add("session " + leader + " leads, but a process has " + process);
      }
    }
    if (confirmed != 1) {
      problems.add(confirmed + " processes are confirmed leaders");
    }
  }
}
