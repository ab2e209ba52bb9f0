package org.stellwerk.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.runtime.FaultPoints;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.TransitionObserver;
import org.stellwerk.runtime.blob.BlobClient;
import org.stellwerk.runtime.blob.FileBlobStore;
import org.stellwerk.runtime.cluster.JobManagerConfig;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.cluster.ProcessServices;
import org.stellwerk.runtime.cluster.TaskManagerProcess;
import org.stellwerk.runtime.embedded.EmbeddedHighAvailabilityServices;
import org.stellwerk.runtime.gateway.ClusterAccess;
import org.stellwerk.runtime.gateway.LeaderGateways;
import org.stellwerk.runtime.gateway.ResourceManagerGateway;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.runner.TaskRunnerConfig;
import org.stellwerk.runtime.runner.ThreadTaskRunner;
import org.stellwerk.runtime.taskexecutor.TaskExecutorConfig;
import org.stellwerk.time.SystemClock;
import org.stellwerk.util.AutoCloseableAsync;
import org.stellwerk.util.FatalErrorHandler;
import org.stellwerk.util.IdGenerator;
import org.stellwerk.util.RandomSource;

/**
 * A whole cluster in one JVM: a JobManager and some TaskManagers on one RPC service, with
 * leadership and stores in memory. For tests of jobs and for trying things out; tasks find their
 * classes on the class path, and jars work too.
 */
public final class MiniCluster implements AutoCloseableAsync {

  private static final String HOST = "localhost";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final long POLL_INTERVAL_MS = 5;

  private final ProcessDrivers.IoPool io;
  private final RpcService rpc;
  private final EmbeddedHighAvailabilityServices highAvailability;
  private final FileBlobStore blobs;
  private final LeaderGateways gateways;
  private final JobManagerProcess jobManager;
  private final List<TaskManagerProcess> taskManagers = new ArrayList<>();
  private final Configuration configuration;
  private final ProcessServices services;
  private final Path directory;
  private final FatalErrorHandler fatalErrorHandler;

  private MiniCluster(
      Configuration configuration, Path directory, FatalErrorHandler fatalErrorHandler)
      throws Exception {
    this.configuration = configuration;
    this.directory = directory;
    this.fatalErrorHandler = fatalErrorHandler;
    this.io = new ProcessDrivers.IoPool();
    IdGenerator ids = IdGenerator.secure();
    this.rpc =
        RpcSystem.load(configuration)
            .localServiceBuilder(configuration)
            .withFatalErrorHandler(fatalErrorHandler)
            .createAndStart();
    this.highAvailability = new EmbeddedHighAvailabilityServices(ids, io);
    this.services =
        new ProcessServices(
            rpc,
            highAvailability,
            new RuntimeServices(
                SystemClock.INSTANCE,
                ids,
                RandomSource.system(),
                io,
                fatalErrorHandler,
                FaultPoints.NONE,
                TransitionObserver.NONE));
    this.blobs = FileBlobStore.open(configuration, HOST, HOST, io);
    this.gateways =
        new LeaderGateways(rpc, highAvailability.newLeaderRetrieval(), fatalErrorHandler);
    gateways.start();
    this.jobManager =
        JobManagerProcess.start(
            new JobManagerConfig(configuration, new ResourceID("jobmanager"), ""), services, blobs);
  }

  /**
   * Starts a cluster; returns when its TaskManagers are registered.
   *
   * @param directory for jars of jobs; the caller's
   * @param fatalErrorHandler told about bugs; a test fails with them
   */
  public static MiniCluster start(
      Configuration configuration,
      int taskManagers,
      Path directory,
      FatalErrorHandler fatalErrorHandler)
      throws Exception {
    MiniCluster cluster = new MiniCluster(configuration, directory, fatalErrorHandler);
    for (int i = 0; i < taskManagers; i++) {
      cluster.startTaskManager();
    }
    cluster.awaitTaskManagers();
    return cluster;
  }

  private void awaitTaskManagers() throws Exception {
    ResourceManagerGateway resourceManager =
        gateways.resourceManager().get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (resourceManager.requestResourceOverview(START_TIMEOUT).get().taskManagers()
        < taskManagers.size()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(
            "Not all TaskManagers registered within " + START_TIMEOUT.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
    }
  }

  /** One more TaskManager. */
  public void startTaskManager() throws IOException {
    ResourceID resourceId = new ResourceID("taskmanager-" + taskManagers.size());
    ThreadTaskRunner taskRunner =
        new ThreadTaskRunner(
            TaskRunnerConfig.fromConfiguration(
                configuration, resourceId, HOST, directory.resolve(resourceId.value())),
            BlobClient.of(configuration)::fetch,
            fatalErrorHandler);
    taskRunner.start();
    HardwareDescription hardware =
        new HardwareDescription(
            Runtime.getRuntime().availableProcessors(), 0, Runtime.getRuntime().maxMemory(), 0);
    taskManagers.add(
        TaskManagerProcess.start(
            TaskExecutorConfig.fromConfiguration(configuration, resourceId, HOST, hardware)
                .withEndpointName(resourceId.value()),
            services,
            taskRunner));
  }

  /** The way to the leader's gateways. */
  public ClusterAccess access() {
    return gateways;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    taskManagers.forEach(taskManager -> closing.add(taskManager.closeAsync()));
    return StartedParts.closeInOrder(
            FutureUtils.completeAll(closing), jobManager, gateways, blobs, highAvailability, rpc)
        .whenComplete((ignored, failure) -> io.close());
  }
}
