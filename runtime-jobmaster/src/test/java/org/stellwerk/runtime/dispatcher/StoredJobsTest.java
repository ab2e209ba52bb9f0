package org.stellwerk.runtime.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.highavailability.StoredJob;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.NodeServices;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/** Which of the stored jobs a new leader runs. */
class StoredJobsTest {

  private final SimScheduler sim = new SimScheduler(3);
  private final SimNode node = new SimNetwork(sim).newNode("jm");
  private final TestingStores stores = new TestingStores(node.io(), new UUID(3, 3));
  private final JobGraph first = TestGraphs.single(1, 1);
  private final JobGraph second = TestGraphs.single(2, 1);

  private StoredJobs read() {
    return sim.await(
        StoredJobs.read(
            new DispatcherServices(
                stores,
                stores,
                EndedJobStore.NONE,
                stores,
                "sim://jm/resourcemanager",
                NodeServices.of(node),
                JobMaster::new)));
  }

  private JobResult ended(JobGraph graph) {
    JobResult result = new JobResult(graph.jobId(), graph.name(), JobStatus.FINISHED, 42, null);
    stores.results.put(graph.jobId(), result);
    return result;
  }

  @Test
  void jobsWithoutResultAreNotOver() {
    stores.graphs.put(first.jobId(), first);
    stores.graphs.put(second.jobId(), second);
    StoredJobs found = read();
    assertThat(found.results()).isEmpty();
    assertThat(found.unfinished()).extracting(StoredJob::graph).containsExactly(first, second);
  }

  @Test
  void aJobWithADirtyResultIsOverWhetherItsGraphIsThereOrNot() {
    stores.graphs.put(first.jobId(), first);
    JobResult result = ended(first);
    JobResult other = ended(second);
    stores.dirty.add(first.jobId());
    stores.dirty.add(second.jobId());
    StoredJobs found = read();
    assertThat(found.results()).containsExactly(result, other);
    assertThat(found.unfinished()).isEmpty();
  }

  @Test
  void aJobThatWasStoredAfterItsCleanUpIsOver() {
    stores.graphs.put(first.jobId(), first);
    stores.graphs.put(second.jobId(), second);
    JobResult result = ended(first);
    StoredJobs found = read();
    assertThat(found.results()).containsExactly(result);
    assertThat(found.jobs()).containsOnlyKeys(first.jobId(), second.jobId());
    assertThat(found.unfinished()).extracting(StoredJob::graph).containsExactly(second);
  }

  @Test
  void cleanResultsOfJobsThatAreNotStoredNeedNothing() {
    ended(first);
    assertThat(read().results()).isEmpty();
  }
}
