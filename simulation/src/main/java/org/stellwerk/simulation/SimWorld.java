package org.stellwerk.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimRpcConfig;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.cluster.JobManagerConfig;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.cluster.ProcessServices;
import org.stellwerk.runtime.cluster.TaskManagerProcess;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.options.TaskManagerOptions;
import org.stellwerk.runtime.taskexecutor.TaskExecutorConfig;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * A whole cluster in one thread: the processes of production on a simulated network, coordination
 * service and task runner, in virtual time. Everything that happens follows from the seed.
 *
 * <p>What must hold after every event is checked by org.stellwerk.simulation.check, once attached.
 *
 * <p>A scenario starts processes by name, acts, and lets time pass with the {@link #scheduler()}. A
 * crashed process is started again under its name; its stores have survived it.
 */
public final class SimWorld {

  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);
  private static final String CLIENT = "client";
  private static final HardwareDescription HARDWARE =
      new HardwareDescription(4, 8L << 30, 4L << 30, 0);

  private final SimScheduler scheduler;
  private final Configuration configuration;
  private final SimNetwork network;
  private final SimCoordination coordination;
  private final SimBlobStore.Blobs blobs = new SimBlobStore.Blobs();
  private final SimNode client;
  private final SimFaults faults;
  private final SimEnds ends;
  private final Map<String, SimProcess> processes = new LinkedHashMap<>();
  private final Map<String, SimTaskRunner> taskRunners = new LinkedHashMap<>();
  private final List<TransitionListener> transitionListeners = new ArrayList<>();
  private boolean faultPoints;

  /** A world with the product's default configuration. */
  public SimWorld(long seed) {
    this(seed, Configuration.empty());
  }

  /** A world whose processes have the configuration. */
  public SimWorld(long seed, Configuration configuration) {
    this.scheduler = new SimScheduler(seed);
    this.configuration = configuration;
    this.network = new SimNetwork(scheduler, SimRpcConfig.defaults().withoutCallStacks());
    this.coordination = new SimCoordination(network, configuration);
    this.client = network.newNode(CLIENT);
    this.faults = new SimFaults(this);
    this.ends = new SimEnds(this);
  }

  /** From now on processes are held up at random points of their code. */
  public void enableFaultPoints() {
    faultPoints = true;
  }

  void disableFaultPoints() {
    faultPoints = false;
  }

  /** Virtual time, and what has happened. */
  public SimScheduler scheduler() {
    return scheduler;
  }

  /** The network, for its faults. */
  public SimNetwork network() {
    return network;
  }

  /** Leadership and stores: the truth about them, and their faults. */
  public SimCoordination coordination() {
    return coordination;
  }

  /** The files that clients have uploaded. */
  public SimBlobStore.Blobs blobs() {
    return blobs;
  }

  /** The node from which clients call. */
  public SimNode client() {
    return client;
  }

  /** What befalls the processes, the coordination service and the stores. */
  public SimFaults faults() {
    return faults;
  }

  /** The processes that have ended by themselves, and who starts them again. */
  public SimEnds ends() {
    return ends;
  }

  /** Starts a JobManager process; the name must not be that of one that is alive. */
  public SimNode startJobManager(String name) {
    return start(new SimProcess.Role(name, 0));
  }

  /** Starts a TaskManager process; the name must not be that of one that is alive. */
  public SimNode startTaskManager(String name, int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("A TaskManager has at least one slot, not " + slots);
    }
    return start(new SimProcess.Role(name, slots));
  }

  SimNode start(SimProcess.Role role) {
    SimNode node = network.newNode(role.name());
    ends.watch(node);
    ProcessServices services = services(node);
    AutoCloseableAsync process =
        role.isTaskManager() ? taskManager(role, node, services) : jobManager(role, node, services);
    processes.put(role.name(), new SimProcess(role, node, services, process));
    return node;
  }

  private AutoCloseableAsync jobManager(
      SimProcess.Role role, SimNode node, ProcessServices services) {
    String name = role.name();
    JobManagerConfig config =
        new JobManagerConfig(configuration, new ResourceID(name), "http://" + name + ":8081");
    return JobManagerProcess.start(config, services, new SimBlobStore(blobs, node));
  }

  private AutoCloseableAsync taskManager(
      SimProcess.Role role, SimNode node, ProcessServices services) {
    SimTaskRunner runner = new SimTaskRunner(node, this::liveTaskRunner);
    taskRunners.put(role.name(), runner);
    TaskExecutorConfig config =
        TaskExecutorConfig.fromConfiguration(
            configuration.with(TaskManagerOptions.NUM_TASK_SLOTS, role.slots()),
            new ResourceID(role.name()),
            role.name(),
            HARDWARE);
    return TaskManagerProcess.start(config, services, runner);
  }

  private ProcessServices services(SimNode node) {
    RuntimeServices runtime =
        new RuntimeServices(
            node.clock(),
            node.ids(),
            node.random(),
            node.io(),
            node.fatalErrors(),
            new SimFaultPoints(node, scheduler.random(), () -> faultPoints),
            (machine, id, from, to) -> tellTransition(node, machine, id, from, to));
    return new ProcessServices(node.rpc(), coordination.newServices(node), runtime);
  }

  private void tellTransition(SimNode node, String machine, Object id, Enum<?> from, Enum<?> to) {
    for (TransitionListener listener : transitionListeners) {
      listener.onTransition(node, machine, id, from, to);
    }
  }

  /** The listener hears of all transitions from now on, those of processes that exist included. */
  public void addTransitionListener(TransitionListener listener) {
    transitionListeners.add(listener);
  }

  /** The names of all JobManagers that were ever started, in the order of their first start. */
  public List<String> jobManagers() {
    return names(role -> !role.isTaskManager());
  }

  /** The names of all TaskManagers that were ever started, in the order of their first start. */
  public List<String> taskManagers() {
    return names(SimProcess.Role::isTaskManager);
  }

  private List<String> names(Predicate<SimProcess.Role> which) {
    return processes.values().stream()
        .map(SimProcess::role)
        .filter(which)
        .map(SimProcess.Role::name)
        .toList();
  }

  SimProcess process(String name) {
    SimProcess process = processes.get(name);
    if (process == null) {
      throw new NoSuchElementException("There never was a process " + name);
    }
    return process;
  }

  /** Whether the process is alive, and neither about to end, for whatever reason, nor frozen. */
  public boolean isUp(String name) {
    SimProcess process = process(name);
    SimNode node = process.node();
    return node.isAlive() && !process.isStopping() && !ends.isEnding(node) && !node.isFrozen();
  }

  /** The process of this name, dead or alive. */
  public SimNode node(String name) {
    return process(name).node();
  }

  /** What the TaskManager's user code does. */
  public SimTaskRunner taskRunner(String taskManager) {
    SimTaskRunner runner = taskRunners.get(taskManager);
    if (runner == null) {
      throw new NoSuchElementException("There never was a TaskManager " + taskManager);
    }
    return runner;
  }

  private Optional<SimTaskRunner> liveTaskRunner(ResourceID taskManager) {
    return Optional.ofNullable(taskRunners.get(taskManager.value())).filter(SimTaskRunner::isAlive);
  }

  /** The leader's Dispatcher as the client sees it; runs the world until there is one. */
  public DispatcherGateway dispatcher() {
    scheduler.runUntil(() -> coordination.publishedLeader().isPresent());
    LeaderInformation leader = coordination.publishedLeader().orElseThrow();
    return scheduler.await(
        client
            .rpc()
            .connect(
                leader.dispatcherAddress(),
                new DispatcherId(leader.sessionId()),
                DispatcherGateway.class));
  }

  /** What all processes are configured with. */
  public Configuration configuration() {
    return configuration;
  }

  /** The endpoints of a kind that exist in live processes: the truth, for checks. */
  public <E> List<E> endpoints(Class<E> kind) {
    List<E> found = new ArrayList<>();
    for (SimNode node : network.nodes()) {
      if (node.isAlive()) {
        for (RpcEndpoint endpoint : node.rpc().endpoints()) {
          if (kind.isInstance(endpoint)) {
            found.add(kind.cast(endpoint));
          }
        }
      }
    }
    return found;
  }

  /** Runs the world until the leader counts this many free slots; fails if that takes too long. */
  public void awaitFreeSlots(int slots, Duration limit) {
    long end = scheduler.nowNanos() + limit.toNanos();
    int free = -1;
    while (free != slots) {
      if (scheduler.nowNanos() > end) {
        throw new AssertionError(
            "Expected %d free slots within %s, but there are %d".formatted(slots, limit, free));
      }
      scheduler.runFor(POLL_INTERVAL);
      free = await(dispatcher().requestClusterOverview(ASK_TIMEOUT)).slotsAvailable();
    }
  }

  /** Runs the world until the future has a value. */
  public <T> T await(CompletableFuture<T> future) {
    return scheduler.await(future);
  }
}
