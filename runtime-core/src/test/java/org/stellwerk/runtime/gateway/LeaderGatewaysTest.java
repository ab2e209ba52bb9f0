package org.stellwerk.runtime.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimRpcService;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalListener;
import org.stellwerk.runtime.leaderelection.LeaderRetrievalService;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

class LeaderGatewaysTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final SimScheduler sim = new SimScheduler(5);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimRpcService here = net.newService("rest");
  private final SimRpcService there = net.newService("leader");
  private final TestingRetrieval retrieval = new TestingRetrieval();
  private final LeaderGateways gateways = new LeaderGateways(here, retrieval, sim::reportViolation);

  LeaderGatewaysTest() {
    gateways.start();
  }

  private static LeaderInformation leader(UUID session) {
    return new LeaderInformation(session, "sim://leader/", "http://leader:8081");
  }

  private void lead(UUID session) {
    gateways.notifyLeader(Optional.of(leader(session)));
  }

  private UUID startDispatcher(int taskManagers) {
    UUID session = there.getIdGenerator().nextUuid();
    new FixedDispatcher(there, session, taskManagers).start();
    return session;
  }

  private int askTaskManagers(CompletableFuture<DispatcherGateway> dispatcher) {
    return sim.await(dispatcher.thenCompose(gateway -> gateway.requestClusterOverview(TIMEOUT)))
        .taskManagers();
  }

  @Test
  void whoAsksBeforeThereIsALeaderWaitsForIt() {
    CompletableFuture<DispatcherGateway> early = gateways.dispatcher();
    sim.runFor(Duration.ofMinutes(5));
    assertThat(early).isNotDone();
    lead(startDispatcher(3));
    assertThat(askTaskManagers(early)).isEqualTo(3);
    assertThat(askTaskManagers(gateways.dispatcher())).isEqualTo(3);
  }

  @Test
  void anotherLeaderIsFollowed() {
    lead(startDispatcher(1));
    assertThat(askTaskManagers(gateways.dispatcher())).isEqualTo(1);
    lead(startDispatcher(2));
    assertThat(askTaskManagers(gateways.dispatcher())).isEqualTo(2);
  }

  @Test
  void withoutALeaderTheFormerIsNotAsked() {
    lead(startDispatcher(1));
    assertThat(askTaskManagers(gateways.dispatcher())).isEqualTo(1);
    gateways.notifyLeader(Optional.empty());
    gateways.notifyLeader(Optional.empty());
    CompletableFuture<DispatcherGateway> waiting = gateways.dispatcher();
    sim.runFor(Duration.ofMinutes(5));
    assertThat(waiting).isNotDone();
    lead(startDispatcher(2));
    assertThat(askTaskManagers(waiting)).isEqualTo(2);
  }

  @Test
  void aFailedConnectionIsMadeAgain() {
    UUID session = there.getIdGenerator().nextUuid();
    lead(session);
    sim.awaitFailure(gateways.dispatcher());
    new FixedDispatcher(there, session, 4).start();
    assertThat(askTaskManagers(gateways.dispatcher())).isEqualTo(4);
  }

  @Test
  void givingUpDoesNotDisturbOthersWhoWait() {
    CompletableFuture<DispatcherGateway> impatient = gateways.dispatcher();
    CompletableFuture<DispatcherGateway> patient = gateways.dispatcher();
    impatient.cancel(false);
    lead(startDispatcher(3));
    assertThat(askTaskManagers(patient)).isEqualTo(3);
  }

  @Test
  void closedItLetsNobodyWait() {
    CompletableFuture<ResourceManagerGateway> waiting = gateways.resourceManager();
    sim.await(gateways.closeAsync());
    assertThat(retrieval.closed).isTrue();
    sim.awaitFailure(waiting);
    sim.awaitFailure(gateways.dispatcher());
  }

  private static final class TestingRetrieval implements LeaderRetrievalService {
    private boolean closed;

    @Override
    public void start(LeaderRetrievalListener listener) {
      listener.notifyLeader(Optional.empty());
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
      closed = true;
      return CompletableFuture.completedFuture(null);
    }
  }

  private static final class FixedDispatcher extends FencedRpcEndpoint<DispatcherId>
      implements DispatcherGateway {
    private final int taskManagers;

    FixedDispatcher(RpcService rpc, UUID session, int taskManagers) {
      super(rpc, LeaderInformation.dispatcherName(session), new DispatcherId(session));
      this.taskManagers = taskManagers;
    }

    @Override
    public CompletableFuture<ClusterOverview> requestClusterOverview(Duration timeout) {
      return CompletableFuture.completedFuture(new ClusterOverview(taskManagers, 0, 0, 0, 0, 0, 0));
    }

    @Override
    public CompletableFuture<Acknowledge> submitJob(JobGraph jobGraph, Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<List<JobDetails>> requestMultipleJobDetails(Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<ArchivedExecutionGraph> requestJob(JobID jobId, Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<JobStatus> requestJobStatus(JobID jobId, Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<JobResult> requestJobResult(JobID jobId, Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<Acknowledge> cancelJob(JobID jobId, Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<JobResourceRequirements> requestJobResourceRequirements(
        JobID jobId, Duration timeout) {
      return unexpected();
    }

    @Override
    public CompletableFuture<Acknowledge> updateJobResourceRequirements(
        JobID jobId, JobResourceRequirements requirements, Duration timeout) {
      return unexpected();
    }

    private static <T> CompletableFuture<T> unexpected() {
      return CompletableFuture.failedFuture(new UnsupportedOperationException("not in this test"));
    }
  }
}
