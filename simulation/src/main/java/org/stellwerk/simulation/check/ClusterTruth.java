package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.cluster.JobManagerSnapshot;
import org.stellwerk.runtime.dispatcher.Dispatcher;
import org.stellwerk.runtime.dispatcher.DispatcherSnapshot;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterSnapshot;
import org.stellwerk.runtime.resourcemanager.ResourceManager;
import org.stellwerk.runtime.resourcemanager.ResourceManagerSnapshot;
import org.stellwerk.runtime.taskexecutor.TaskExecutor;
import org.stellwerk.runtime.taskexecutor.TaskExecutorSnapshot;
import org.stellwerk.simulation.SimStores;
import org.stellwerk.simulation.SimWorld;

/**
 * Everything that there is in a cluster at one instant: all live endpoints, and what is durable.
 *
 * @param published the session of the leader that is published
 */
record ClusterTruth(
    Optional<UUID> published,
    List<JobManagerSnapshot> jobManagers,
    List<DispatcherSnapshot> dispatchers,
    List<ResourceManagerSnapshot> resourceManagers,
    List<JobMasterSnapshot> jobMasters,
    List<TaskExecutorSnapshot> taskExecutors,
    Stored stored) {

  /**
   * What is durable.
   *
   * @param graphs of the jobs that are stored
   * @param dirty jobs with a result whose clean-up is open
   * @param ended tells whether a job has a result
   */
  record Stored(Map<JobID, JobGraph> graphs, Set<JobID> dirty, Predicate<JobID> ended) {

    Set<JobID> jobs() {
      return graphs.keySet();
    }

    Optional<JobGraph> graph(JobID jobId) {
      return Optional.ofNullable(graphs.get(jobId));
    }
  }

  static ClusterTruth of(SimWorld world) {
    ClusterTruth truth =
        new ClusterTruth(
            world.coordination().publishedLeader().map(leader -> leader.sessionId()),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            stored(world.coordination().stores()));
    for (SimNode node : world.network().nodes()) {
      if (node.isAlive()) {
        node.rpc().endpoints().forEach(truth::add);
      }
    }
    return truth;
  }

  private static Stored stored(SimStores stores) {
    Map<JobID, JobGraph> jobs = new LinkedHashMap<>();
    stores.jobs().forEach(graph -> jobs.put(graph.jobId(), graph));
    Set<JobID> dirty = new LinkedHashSet<>();
    stores.dirtyResults().forEach(result -> dirty.add(result.jobId()));
    return new Stored(jobs, dirty, jobId -> stores.result(jobId).isPresent());
  }

  private void add(RpcEndpoint endpoint) {
    if (endpoint instanceof JobManagerProcess it) {
      jobManagers.add(it.snapshot());
    } else if (endpoint instanceof Dispatcher it) {
      dispatchers.add(it.snapshot());
    } else if (endpoint instanceof ResourceManager it) {
      resourceManagers.add(it.snapshot());
    } else if (endpoint instanceof JobMaster it) {
      jobMasters.add(it.snapshot());
    } else if (endpoint instanceof TaskExecutor it) {
      taskExecutors.add(it.snapshot());
    }
  }
}
