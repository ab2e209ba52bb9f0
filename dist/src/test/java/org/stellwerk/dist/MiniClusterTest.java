package org.stellwerk.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.options.RestartStrategyOptions;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;
import org.stellwerk.util.IdGenerator;

final class MiniClusterTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Queue<Integer> RECEIVED = new ConcurrentLinkedQueue<>();

  @TempDir Path directory;
  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private MiniCluster cluster;

  /** Emits the numbers that its subtask has to. */
  public static final class Numbers implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      RecordWriter<Integer> out = environment.output(0);
      int count = Integer.parseInt(environment.requireConfig("count"));
      int step = environment.taskInfo().parallelism();
      for (int i = environment.taskInfo().subtaskIndex(); i < count; i += step) {
        out.emit(i);
      }
    }
  }

  /** Keeps what it reads; fails on a negative number. */
  public static final class Keeper implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      RecordReader<Integer> in = environment.input(0);
      for (Integer number = in.next(); number != null; number = in.next()) {
        if (environment.configuration().containsKey("fail")) {
          throw new IllegalStateException("no number wanted, got " + number);
        }
        RECEIVED.add(number);
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    RECEIVED.clear();
    cluster = MiniCluster.start(Configuration.empty(), 2, directory, faults::add);
  }

  @AfterEach
  void stop() throws Exception {
    cluster.closeAsync().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(faults).isEmpty();
  }

  private JobResult run(Map<String, String> keeperConfiguration) throws Exception {
    return run(keeperConfiguration, 4, SlotSharing.DEFAULT);
  }

  private JobResult run(Map<String, String> keeperConfiguration, int keepers, SlotSharing ofKeeper)
      throws Exception {
    JobVertex numbers =
        new JobVertex(
            new JobVertexID(new UUID(0, 1)),
            "numbers",
            2,
            Numbers.class.getName(),
            Map.of("count", "1000"),
            new byte[0]);
    JobVertex keeper =
        new JobVertex(
            new JobVertexID(new UUID(0, 2)),
            "keeper",
            keepers,
            Keeper.class.getName(),
            keeperConfiguration,
            new byte[0],
            ofKeeper);
    JobGraph graph =
        new JobGraph(
            JobID.generate(IdGenerator.secure()),
            "numbers",
            List.of(numbers, keeper),
            List.of(new JobEdge(numbers.id(), keeper.id(), ShipStrategy.HASH)),
            Map.of(RestartStrategyOptions.TYPE.key(), "none"),
            List.of());
    DispatcherGateway dispatcher =
        cluster.access().dispatcher().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    dispatcher.submitJob(graph, PATIENCE).get();
    return dispatcher.requestJobResult(graph.jobId(), PATIENCE).get();
  }

  @Test
  void jobRunsToItsEnd() throws Exception {
    JobResult result = run(Map.of());
    assertThat(result.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(RECEIVED)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1000).boxed().toList());
  }

  @Test
  void verticesInSlotsOfTheirOwnExchangeRecordsAsOthersDo() throws Exception {
    JobResult result = run(Map.of(), 2, new SlotSharing("keepers", "together"));
    assertThat(result.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(RECEIVED).hasSize(1000);
  }

  @Test
  void failedTaskFailsTheJobWithItsRootCause() throws Exception {
    JobResult result = run(Map.of("fail", "yes"));
    assertThat(result.status()).isEqualTo(JobStatus.FAILED);
    assertThat(result.failure().rootCause().describe())
        .contains("IllegalStateException")
        .contains("no number wanted");
  }
}
