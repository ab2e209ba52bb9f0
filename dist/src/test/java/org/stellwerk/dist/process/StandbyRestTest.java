package org.stellwerk.dist.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.RestClusterClient;
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
import org.stellwerk.runtime.embedded.EmbeddedHaCluster;
import org.stellwerk.runtime.embedded.EmbeddedHighAvailabilityServices;
import org.stellwerk.runtime.gateway.LeaderGateways;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.messages.JobDetails;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.BlobOptions;
import org.stellwerk.runtime.options.RestOptions;
import org.stellwerk.runtime.rest.RestConfig;
import org.stellwerk.runtime.rest.RestEndpoint;
import org.stellwerk.runtime.runner.TaskRunnerConfig;
import org.stellwerk.runtime.runner.ThreadTaskRunner;
import org.stellwerk.runtime.taskexecutor.TaskExecutorConfig;
import org.stellwerk.task.Environment;
import org.stellwerk.task.TaskInvokable;
import org.stellwerk.time.SystemClock;
import org.stellwerk.util.IdGenerator;
import org.stellwerk.util.RandomSource;

/** Two JobManagers, each with REST: what the standby is asked, whoever leads does. */
final class StandbyRestTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String HOST = "localhost";

  /** Runs until it is cancelled. */
  public static final class Waiting implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      TimeUnit.DAYS.sleep(1);
    }
  }

  /** One process's parts that answer REST. */
  private final class Member {
    private final RpcService rpc = newRpc();
    private final HighAvailabilityServices services = new EmbeddedHighAvailabilityServices(cluster);
    private final FileBlobStore blobs = FileBlobStore.open(configuration, HOST, HOST, io);
    private final LeaderGateways gateways =
        new LeaderGateways(rpc, services.newLeaderRetrieval(), faults::add);
    private final RestEndpoint rest =
        new RestEndpoint(
            RestConfig.fromConfiguration(configuration),
            gateways,
            blobs,
            SystemClock.INSTANCE,
            program -> submit(this.client(), program.jar()));
    private final JobManagerProcess process;
    private final String address;

    Member(String name) throws Exception {
      gateways.start();
      address = rest.start();
      process =
          JobManagerProcess.start(
              new JobManagerConfig(configuration, new ResourceID(name), address),
              processServices(rpc, services),
              blobs);
    }

    RestClusterClient client() {
      return new RestClusterClient(URI.create(address));
    }

    RestProbe probe() {
      return new RestProbe(URI.create(address).getPort());
    }

    void close() {
      rest.closeAsync().join();
      process.closeAsync().join();
      gateways.closeAsync().join();
      blobs.closeAsync().join();
      services.closeAsync().join();
      rpc.closeAsync().join();
    }
  }

  @TempDir Path directory;
  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final ExecutorService io = Executors.newCachedThreadPool();
  private final IdGenerator ids = IdGenerator.secure();
  private final EmbeddedHaCluster cluster = new EmbeddedHaCluster(ids, io);
  private final List<Member> members = new ArrayList<>();
  private Configuration configuration;
  private RpcService rpc;
  private TaskManagerProcess taskManager;
  private Member standby;

  @BeforeEach
  void start() throws Exception {
    configuration =
        Configuration.empty()
            .with(BlobOptions.STORAGE_DIRECTORY, directory.resolve("blobs").toString())
            .with(RestOptions.PORT, 0)
            .with(RestOptions.AWAIT_LEADER_TIMEOUT, Duration.ofSeconds(1));
    rpc = newRpc();
    members.add(new Member("jobmanager-1"));
    standby = new Member("jobmanager-2");
    members.add(standby);
    taskManager = startTaskManager();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> standby.client().listTaskManagers().size() == 1);
  }

  @AfterEach
  void stop() {
    taskManager.closeAsync().join();
    members.forEach(Member::close);
    rpc.closeAsync().join();
    io.shutdownNow();
    assertThat(faults).isEmpty();
  }

  private RpcService newRpc() throws Exception {
    return RpcSystem.load(configuration)
        .remoteServiceBuilder(configuration, HOST, "0")
        .withFatalErrorHandler(faults::add)
        .createAndStart();
  }

  private ProcessServices processServices(RpcService service, HighAvailabilityServices services) {
    return new ProcessServices(
        service,
        services,
        new RuntimeServices(
            SystemClock.INSTANCE,
            ids,
            RandomSource.system(),
            io,
            faults::add,
            FaultPoints.NONE,
            TransitionObserver.NONE));
  }

  private TaskManagerProcess startTaskManager() throws Exception {
    ResourceID id = new ResourceID("taskmanager");
    ThreadTaskRunner runner =
        new ThreadTaskRunner(
            TaskRunnerConfig.fromConfiguration(
                configuration, id, HOST, directory.resolve("taskmanager")),
            BlobClient.of(configuration)::fetch,
            faults::add);
    runner.start();
    return TaskManagerProcess.start(
        TaskExecutorConfig.fromConfiguration(
            configuration, id, HOST, new HardwareDescription(2, 0, 1 << 30, 0)),
        processServices(rpc, new EmbeddedHighAvailabilityServices(cluster)),
        runner);
  }

  /** As a program in a JVM of its own does it. */
  private CompletableFuture<JobID> submit(RestClusterClient client, Path... jars) {
    JobGraph graph =
        new JobGraph(
            JobID.generate(ids),
            "waiting",
            List.of(
                new JobVertex(
                    new JobVertexID(new UUID(0, 1)),
                    "waiting",
                    1,
                    Waiting.class.getName(),
                    Map.of(),
                    new byte[0])),
            List.of(),
            Map.of(),
            List.of());
    client.submitJob(graph, List.of(jars));
    return CompletableFuture.completedFuture(graph.jobId());
  }

  private static void awaitStatus(RestClusterClient client, JobID job, JobStatus status) {
    await().atMost(PATIENCE).until(() -> client.requestJobDetails(job).status() == status);
  }

  @Test
  void jobsAreSubmittedListedAndCancelledThroughTheStandby() {
    JobID job = submit(standby.client()).join();
    for (Member member : members) {
      awaitStatus(member.client(), job, JobStatus.RUNNING);
      assertThat(member.client().listJobs()).extracting(JobDetails::jobId).containsExactly(job);
      assertThat(member.client().requestOverview().taskManagers()).isEqualTo(1);
      assertThat(member.client().requestJobResult(job)).isEmpty();
    }
    standby.client().cancelJob(job);
    for (Member member : members) {
      awaitStatus(member.client(), job, JobStatus.CANCELED);
      assertThat(member.client().requestJobResult(job)).isPresent();
    }
  }

  @Test
  void jarsAreUploadedAndRunThroughTheStandby() throws Exception {
    Path jar = directory.resolve("program.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Waiting.class.getName());
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    String id = standby.probe().upload(jar);
    assertThat(standby.probe().get("/jars").get("files")).hasSize(1);
    JsonNode run = standby.probe().post("/jars/" + id + "/run", "{}");
    assertThat(run.has("jobid")).as(run.toString()).isTrue();
    String job = run.get("jobid").asText();
    assertThat(members.get(0).client().listJobs())
        .extracting(each -> each.jobId().toString())
        .containsExactly(job);
    standby.client().cancelJob(JobID.fromHexString(job));
    awaitStatus(standby.client(), JobID.fromHexString(job), JobStatus.CANCELED);
  }

  @Test
  void taskManagersAreDrainedThroughTheStandby() {
    String id = standby.client().listTaskManagers().get(0).id();
    standby.client().setAvailability(id, Availability.Mode.DRAINING);
    for (Member member : members) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> member.client().listTaskManagers().get(0).availability().startsWith("DRAIN"));
    }
    standby.client().setAvailability(id, Availability.Mode.OPEN);
    assertThat(members.get(0).client().listTaskManagers().get(0).availability()).isEqualTo("OPEN");
  }

  @Test
  void whileNobodyLeadsEachSaysSoAndThenTheFormerStandbyAnswers() {
    JobID job = submit(standby.client()).join();
    cluster.revokeLeadership();
    for (Member member : members) {
      // Each hears of it at its time.
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> member.client().listJobs())
                      .isInstanceOf(ClusterException.class)
                      .hasMessageContaining("No JobManager leads the cluster (waited 1000 ms")
                      .satisfies(
                          failure ->
                              assertThat(((ClusterException) failure).isTransient()).isTrue()));
    }
    cluster.grantLeadership(standby.services.leaderElection());
    for (Member member : members) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> member.client().requestJobDetails(job).status() == JobStatus.RUNNING);
    }
    standby.client().cancelJob(job);
    awaitStatus(members.get(0).client(), job, JobStatus.CANCELED);
  }
}
