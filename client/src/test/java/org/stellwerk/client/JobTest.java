package org.stellwerk.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements.VertexBounds;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.task.Environment;
import org.stellwerk.task.TaskInvokable;

class JobTest {

  private static final JobID ID = new JobID(new UUID(1, 2));

  /** Cannot be made by a TaskManager: not public. */
  static final class Hidden implements TaskInvokable {
    @Override
    public void invoke(Environment environment) {}
  }

  /** Cannot be made by a TaskManager: needs an argument. */
  public static final class Demanding implements TaskInvokable {
    public Demanding(String argument) {}

    @Override
    public void invoke(Environment environment) {}
  }

  @Test
  void aJobBecomesTheGraphItDescribes() {
    Job job = Job.named("sample").config("job-key", "own").config("job-only", "1");
    Vertex a =
        job.vertex("a", Programs.Nothing.class).config("input", "/x").payload(new byte[] {7});
    Vertex b = job.vertex("b", Programs.Nothing.class).parallelism(2);
    Vertex c = job.vertex("c", Programs.Nothing.class);
    a.rebalance(b).hash(c);
    a.forward(c);
    b.broadcast(c);

    JobGraph graph = job.toJobGraph(ID, 3, Map.of("job-key", "default", "cluster", "2"));

    assertThat(graph.jobId()).isEqualTo(ID);
    assertThat(graph.name()).isEqualTo("sample");
    assertThat(graph.configuration())
        .containsExactly(
            Map.entry("cluster", "2"), Map.entry("job-key", "own"), Map.entry("job-only", "1"));
    assertThat(graph.vertices()).extracting("name").containsExactly("a", "b", "c");
    assertThat(graph.vertices()).extracting("parallelism").containsExactly(3, 2, 3);
    assertThat(graph.vertices().get(0).configuration()).containsExactly(Map.entry("input", "/x"));
    assertThat(graph.vertices().get(0).payload()).containsExactly(7);
    assertThat(graph.vertices().get(0).invokableClassName())
        .isEqualTo("com.example.Programs$Nothing");
    assertThat(graph.edges())
        .containsExactly(
            new JobEdge(a.id(), b.id(), ShipStrategy.REBALANCE),
            new JobEdge(b.id(), c.id(), ShipStrategy.HASH),
            new JobEdge(a.id(), c.id(), ShipStrategy.FORWARD),
            new JobEdge(b.id(), c.id(), ShipStrategy.BROADCAST));
    assertThat(graph.userJars()).isEmpty();
  }

  @Test
  void verticesAreInTheGroupsThatTheyName() {
    Job job = Job.named("sample");
    job.vertex("a", Programs.Nothing.class).slotSharingGroup("in").coLocationGroup("pair");
    job.vertex("b", Programs.Nothing.class).coLocationGroup("pair").slotSharingGroup("in");
    job.vertex("c", Programs.Nothing.class);
    JobGraph graph = job.toJobGraph(ID, 2, Map.of());
    assertThat(graph.vertices())
        .extracting(JobVertex::slotSharing)
        .containsExactly(
            new SlotSharing("in", "pair"), new SlotSharing("in", "pair"), SlotSharing.DEFAULT);
    assertThat(graph.requiredSlots()).isEqualTo(4);
  }

  @Test
  void theEdgeAfterBlockingIsBlocking() {
    Job job = Job.named("staged");
    Vertex a = job.vertex("a", Programs.Nothing.class);
    Vertex b = job.vertex("b", Programs.Nothing.class);
    assertThat(a.blocking().hash(b).blocking().broadcast(job.vertex("c", Programs.Nothing.class)))
        .extracting(Vertex::name)
        .isEqualTo("c");
    b.blocking().forward(job.vertex("d", Programs.Nothing.class));
    b.blocking().rebalance(job.vertex("e", Programs.Nothing.class));
    a.forward(job.vertex("f", Programs.Nothing.class));
    JobGraph graph = job.toJobGraph(ID, 1, Map.of());
    assertThat(graph.edges())
        .extracting(edge -> edge.shipStrategy() + " " + edge.resultType())
        .containsExactly(
            "HASH BLOCKING",
            "BROADCAST BLOCKING",
            "FORWARD BLOCKING",
            "REBALANCE BLOCKING",
            "FORWARD PIPELINED");
  }

  @Test
  void aFixedParallelismHoldsForAnAdaptiveSchedulerToo() {
    Job job = Job.named("sample");
    Vertex a = job.vertex("a", Programs.Nothing.class);
    Vertex b = job.vertex("b", Programs.Nothing.class).fixedParallelism(2);
    a.rebalance(b);
    assertThat(job.toJobGraph(ID, 3, Map.of()).vertices().get(1).parallelism()).isEqualTo(2);
    assertThat(job.toJobGraph(ID, 3, Map.of()).requirements().vertices())
        .containsExactly(new VertexBounds(a.id(), 1, 3), new VertexBounds(b.id(), 2, 2));
    b.parallelism(2);
    assertThat(job.toJobGraph(ID, 3, Map.of()).requirements().isEmpty()).isTrue();
  }

  @Test
  void vertexIdsAreTheSameEachTimeAndDifferForEqualNames() {
    assertThat(twins("x").vertices()).isEqualTo(twins("y").vertices());
    assertThat(twins("x").vertices().get(0).id()).isNotEqualTo(twins("x").vertices().get(1).id());
  }

  private static JobGraph twins(String name) {
    Job job = Job.named(name);
    job.vertex("twin", Programs.Nothing.class).forward(job.vertex("twin", Programs.Nothing.class));
    return job.toJobGraph(ID, 1, Map.of());
  }

  @Test
  void mistakesAreToldWhereTheyAreMade() {
    Job job = Job.named("one");
    Vertex vertex = job.vertex("v", Programs.Nothing.class);
    Vertex stranger = Job.named("two").vertex("s", Programs.Nothing.class);

    assertThatThrownBy(() -> Job.named(" ")).hasMessage("A job needs a name");
    assertThatThrownBy(() -> job.vertex("", Programs.Nothing.class))
        .hasMessage("A vertex of job 'one' has no name");
    assertThatThrownBy(() -> vertex.parallelism(0))
        .hasMessage("The parallelism of vertex 'v' must be at least 1, not 0");
    assertThatThrownBy(() -> vertex.hash(stranger))
        .hasMessageContaining("'s' belongs to job 'two'")
        .hasMessageContaining("of job 'one'");
    assertThatThrownBy(() -> job.vertex("h", Hidden.class))
        .hasMessageContaining("Hidden of vertex 'h' cannot be made");
    assertThatThrownBy(() -> job.vertex("d", Demanding.class))
        .hasMessageContaining("constructor without parameters");
  }

  @Test
  void aGraphThatIsNotValidIsRefusedInOneLine() {
    Job empty = Job.named("empty");
    assertThatThrownBy(() -> empty.toJobGraph(ID, 1, Map.of()))
        .hasMessage("Job 'empty' has no vertex");

    Job cyclic = Job.named("cyclic");
    Vertex vertex = cyclic.vertex("v", Programs.Nothing.class);
    vertex.rebalance(vertex);
    assertThatThrownBy(() -> cyclic.toJobGraph(ID, 1, Map.of())).hasMessageContaining("cycle");

    Job uneven = Job.named("uneven");
    uneven
        .vertex("a", Programs.Nothing.class)
        .forward(uneven.vertex("b", Programs.Nothing.class).parallelism(2));
    assertThatThrownBy(() -> uneven.toJobGraph(ID, 1, Map.of()))
        .hasMessageContaining("needs equal parallelism");
  }

  @Test
  void theContextOfTheThreadGetsTheJobAndItsThreadsInheritIt() throws Exception {
    AtomicReference<String> submitted = new AtomicReference<>("");
    ExecutionContext context =
        job -> {
          submitted.set(job.name());
          throw new ProgramException("taken");
        };
    ExecutionContext.<InterruptedException>runIn(
        context,
        () -> {
          Thread thread = new Thread(() -> assertThatThrownBy(Job.named("inner")::submit));
          thread.start();
          thread.join();
        });
    assertThat(submitted).hasValue("inner");
  }

  @Test
  void withoutContextAndAddressASubmissionSaysWhatToDo() {
    Job job = Job.named("lonely");
    job.vertex("v", Programs.Nothing.class);
    assertThatThrownBy(job::submit)
        .isInstanceOf(ProgramException.class)
        .hasMessage(
            "This program knows no cluster for job 'lonely': start it with 'stellwerk run', or give"
                + " the address with -Dstellwerk.jobmanager=host:port or STELLWERK_JOBMANAGER");
  }

  @Test
  void classesThatAreInNoJarCannotBeShipped() {
    Job job = Job.named("ide");
    job.vertex("v", Programs.Nothing.class);
    System.setProperty(StandaloneContext.ADDRESS_PROPERTY, "localhost:1");
    try {
      assertThatThrownBy(job::submit)
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("com.example.Programs$Nothing comes from ")
          .hasMessageContaining("-Dstellwerk.jars=FILE");
    } finally {
      System.clearProperty(StandaloneContext.ADDRESS_PROPERTY);
    }
  }

  @Test
  void aProgramOfItsOwnSubmitsWithTheJarsThatAreNamed(@TempDir Path directory) throws Exception {
    Path jar = Files.writeString(directory.resolve("own.jar"), "jar");
    Job job = Job.named("own");
    job.vertex("v", Programs.Nothing.class);
    try (FakeCluster cluster = FakeCluster.start()) {
      cluster.acceptJobs().endJobs("SUCCEEDED", "");
      StandaloneContext context =
          new StandaloneContext(Optional.of(cluster.hostAndPort()), List.of(jar));

      JobResult result = context.submit(job).await();

      assertThat(result.isSuccess()).isTrue();
      assertThat(result.jobName()).isEqualTo("own");
      assertThat(cluster.requests().get(0).body()).contains("filename=\"own.jar\"");
    }
  }
}
