package org.stellwerk.runtime.dispatcher;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.highavailability.EndedJobStore;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobmaster.JobMaster;
import org.stellwerk.runtime.jobmaster.JobMasterConfig;
import org.stellwerk.runtime.jobmaster.NodeServices;
import org.stellwerk.runtime.jobmaster.TestingResourceManager;
import org.stellwerk.runtime.jobmaster.TestingTaskExecutor;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * A Dispatcher with JobMasters, between stores, ResourceManager and TaskExecutor made for tests.
 */
final class DispatcherBed {

  static final Duration ASK = Duration.ofSeconds(10);
  static final Duration LONG = Duration.ofMinutes(2);
  static final Duration JAR_RETENTION = Duration.ofSeconds(5);

  final SimScheduler sim = new SimScheduler(3);
  private final SimNetwork net = new SimNetwork(sim);
  final SimNode jmNode = net.newNode("jm");
  private final UUID session = new UUID(3, 3);
  final TestingStores stores = new TestingStores(jmNode.io(), session);
  final TestingResourceManager resourceManager = new TestingResourceManager(jmNode.rpc(), session);
  final TestingTaskExecutor taskExecutor = new TestingTaskExecutor(net.newNode("tm-1").rpc(), 1);
  JobMasterFactory factory = JobMaster::new;

  /** A bed whose TaskExecutor has so many slots. */
  DispatcherBed(int slots) {
    resourceManager.start();
    taskExecutor.start();
    for (int i = 0; i < slots; i++) {
      resourceManager.addSlot(taskExecutor);
    }
  }

  Dispatcher newDispatcher() {
    return new Dispatcher(
        jmNode.rpc(),
        new DispatcherId(session),
        new DispatcherConfig(
            JobMasterConfig.from(Configuration.empty()),
            3,
            1 << 20,
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            JAR_RETENTION),
        new DispatcherServices(
            stores,
            stores,
            EndedJobStore.NONE,
            stores,
            resourceManager.getAddress(),
            NodeServices.of(jmNode),
            (rpc, id, graph, config, services) ->
                factory.create(rpc, id, graph, config, services)));
  }

  DispatcherGateway start() {
    Dispatcher dispatcher = newDispatcher();
    dispatcher.start();
    sim.await(dispatcher.getReadyFuture());
    return dispatcher.getSelfGateway(DispatcherGateway.class);
  }

  void tasksFinish() {
    taskExecutor.onTask =
        task -> taskExecutor.report(task.attemptId(), ExecutionState.FINISHED, null);
  }

  JobStatus statusOf(DispatcherGateway dispatcher, JobGraph graph) {
    return sim.await(dispatcher.requestJobStatus(graph.jobId(), ASK));
  }

  JobResult resultOf(DispatcherGateway dispatcher, JobGraph graph) {
    return sim.await(dispatcher.requestJobResult(graph.jobId(), LONG));
  }

  void awaitTasks(int count) {
    sim.runUntil(() -> taskExecutor.tasks.size() == count, LONG);
    sim.runFor(Duration.ofMillis(100));
  }

  static JobGraph withJar(JobGraph graph, int jar) {
    return graph.withUserJars(List.of(TestGraphs.jar(jar)));
  }

  /** A result that a former leader has left. */
  void storeResult(JobGraph graph, boolean dirty) {
    stores.results.put(
        graph.jobId(), new JobResult(graph.jobId(), graph.name(), JobStatus.CANCELED, 42, null));
    if (dirty) {
      stores.dirty.add(graph.jobId());
    }
  }
}
