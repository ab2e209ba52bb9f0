package org.stellwerk.runtime.taskexecutor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.id.ResourceManagerId;
import org.stellwerk.runtime.id.SlotID;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.SlotAllocation;
import org.stellwerk.runtime.messages.SlotRefusal;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.messages.TaskSubmissionResult;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;

/** One TaskExecutor on node "tm", a leader session with its endpoints on node "jm". */
final class TaskExecutorBed {

  static final Duration RPC = Duration.ofSeconds(10);
  static final int SLOTS = 2;

  final SimScheduler sim;
  final SimNetwork net;
  final SimNode tm;
  final SimNode jm;
  private List<TaskInformation.Output> outputs = List.of();
  final TestingTaskRunner runner = new TestingTaskRunner();
  final TestingLeaderRetrieval retrieval = new TestingLeaderRetrieval();
  final ResourceID resourceId = new ResourceID("tm-1");
  final TaskExecutor taskExecutor;
  final TaskExecutorGateway gateway;
  final LeaderInformation leader;
  final TestingResourceManager rm;
  final JobVertexID vertexId;
  final ExecutionGraphId graphId;

  TaskExecutorBed() {
    this(1, Map.of());
  }

  TaskExecutorBed(long seed, Map<String, String> configuration) {
    sim = new SimScheduler(seed);
    net = new SimNetwork(sim);
    tm = net.newNode("tm");
    jm = net.newNode("jm");
    taskExecutor =
        new TaskExecutor(
            tm.rpc(),
            TaskExecutorConfig.fromConfiguration(
                Configuration.fromMap(configuration)
                    .with("taskmanager.numberOfTaskSlots", String.valueOf(SLOTS)),
                resourceId,
                "tm-host",
                new HardwareDescription(4, 1L << 30, 1L << 29, 0)),
            retrieval,
            runner,
            new RuntimeServices(
                tm.clock(),
                tm.ids(),
                tm.random(),
                tm.io(),
                tm.fatalErrors(),
                FaultPoints.NONE,
                TransitionObserver.NONE));
    taskExecutor.start();
    gateway = taskExecutor.getSelfGateway(TaskExecutorGateway.class);
    leader = newSession();
    rm = resourceManager(leader);
    vertexId = new JobVertexID(jm.ids().nextUuid());
    graphId = new ExecutionGraphId(jm.ids().nextUuid());
    sim.addCheck(taskExecutor::checkInvariants);
  }

  /** With a leader, and registered at its ResourceManager. */
  static TaskExecutorBed registered() {
    TaskExecutorBed bed = new TaskExecutorBed();
    bed.lead();
    return bed;
  }

  void lead() {
    retrieval.lead(leader);
    sim.runUntil(() -> !rm.instances.isEmpty());
    sim.runFor(Duration.ofMillis(100));
  }

  LeaderInformation newSession() {
    UUID session = jm.ids().nextUuid();
    return new LeaderInformation(session, "sim://jm/", "http://jm:8081");
  }

  TestingResourceManager resourceManager(LeaderInformation session) {
    TestingResourceManager endpoint =
        new TestingResourceManager(jm.rpc(), new ResourceManagerId(session.sessionId()));
    endpoint.start();
    return endpoint;
  }

  TestingJobMaster jobMaster() {
    return jobMaster(leader, new JobID(jm.ids().nextUuid()));
  }

  TestingJobMaster jobMaster(LeaderInformation session, JobID jobId) {
    TestingJobMaster endpoint =
        new TestingJobMaster(jm.rpc(), jobId, new JobMasterId(session.sessionId()));
    endpoint.start();
    return endpoint;
  }

  /** Asks for one slot; fails with SlotAllocationException if it is refused. */
  CompletableFuture<Acknowledge> requestSlot(
      int index, AllocationID allocation, TestingJobMaster master) {
    return requestSlots(master, slot(index, allocation))
        .thenCompose(
            refusals ->
                refusals.isEmpty()
                    ? CompletableFuture.completedFuture(Acknowledge.INSTANCE)
                    : CompletableFuture.failedFuture(
                        new SlotAllocationException(refusals.get(0).reason())));
  }

  CompletableFuture<List<SlotRefusal>> requestSlots(
      TestingJobMaster master, SlotAllocation... slots) {
    return gateway.requestSlots(
        master.jobId,
        List.of(slots),
        master.address(),
        new ResourceManagerId(master.id().value()),
        RPC);
  }

  SlotAllocation slot(int index, AllocationID allocation) {
    return new SlotAllocation(new SlotID(resourceId, index), allocation);
  }

  AllocationID newAllocation() {
    return new AllocationID(jm.ids().nextUuid());
  }

  /** Gives the job a slot; waits until its master has answered the offer. */
  AllocationID allocate(int index, TestingJobMaster master) {
    AllocationID allocation = newAllocation();
    sim.await(requestSlot(index, allocation, master));
    sim.runFor(Duration.ofMillis(100));
    return allocation;
  }

  ExecutionAttemptID attempt(int subtask, int number) {
    return new ExecutionAttemptID(graphId, new ExecutionVertexID(vertexId, subtask), number);
  }

  TaskDeploymentDescriptor descriptor(
      JobID jobId, ExecutionAttemptID attempt, AllocationID allocation) {
    JobVertex vertex = new JobVertex(vertexId, "map", 4, "user.Map", Map.of(), new byte[0]);
    return new TaskDeploymentDescriptor(
        new JobInformation(jobId, "job", Map.of(), List.of(), "http://jm:6124"),
        new TaskInformation(vertex, List.of(), outputs),
        List.of(),
        attempt,
        allocation);
  }

  /** From now on tasks leave results for others. */
  void withBlockingOutputs() {
    outputs =
        List.of(
            new TaskInformation.Output(
                new JobVertexID(jm.ids().nextUuid()),
                4,
                0,
                ShipStrategy.HASH,
                ResultPartitionType.BLOCKING));
  }

  List<TaskSubmissionResult> submit(
      TestingJobMaster master, AllocationID allocation, ExecutionAttemptID... attempts) {
    List<TaskDeploymentDescriptor> descriptors = new ArrayList<>();
    for (ExecutionAttemptID attempt : attempts) {
      descriptors.add(descriptor(master.jobId, attempt, allocation));
    }
    return sim.await(gateway.submitTasks(TaskDeploymentBatch.of(descriptors), master.id(), RPC));
  }

  /** Submits and lets it run. */
  TestingTaskRunner.TestingTask runTask(
      TestingJobMaster master, AllocationID allocation, ExecutionAttemptID attempt) {
    submit(master, allocation, attempt);
    TestingTaskRunner.TestingTask task = runner.task(attempt);
    task.run();
    settle();
    return task;
  }

  void settle() {
    sim.runFor(Duration.ofMillis(100));
  }

  void runFor(Duration duration) {
    sim.runFor(duration);
  }
}
