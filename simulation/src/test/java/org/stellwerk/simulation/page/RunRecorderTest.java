package org.stellwerk.simulation.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.runtime.gateway.DispatcherGateway;
import org.stellwerk.runtime.id.DispatcherId;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.simulation.SimCoordination;
import org.stellwerk.simulation.SimTaskPlan;
import org.stellwerk.simulation.SimWorld;
import org.stellwerk.simulation.page.RunEvent.Fate;

/** What is taken down of runs of the real processes. */
class RunRecorderTest {

  private static final Duration ASK = Duration.ofSeconds(10);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SimWorld world = new SimWorld(1);
  private final RunRecorder recorder = RunRecorder.attach(world);
  private final JobGraph job =
      RecordedRuns.job(1, 1, SimTaskPlan.finishesAfter(Duration.ofSeconds(3)));

  private void startCluster() {
    world.startJobManager("jm");
    world.startTaskManager("tm", 1);
    world.awaitFreeSlots(1, ASK);
  }

  private static List<String> linesOf(RecordedRun run, Predicate<RunEvent> which) {
    RecordedRun part =
        new RecordedRun(
            run.title(),
            run.seed(),
            run.endNanos(),
            run.processes(),
            run.jobs(),
            run.events().stream().filter(which).toList(),
            0);
    return new TextTrace(part)
        .lines(TextTrace.Filter.ALL).stream()
            .filter(line -> !line.contains("  = "))
            .map(line -> line.substring(12).strip().replaceAll(" +", " "))
            .toList();
  }

  private static List<RunEvent.Message> messages(RecordedRun run, String label) {
    return run.events().stream()
        .filter(RunEvent.Message.class::isInstance)
        .map(RunEvent.Message.class::cast)
        .filter(message -> message.content().label().startsWith(label))
        .toList();
  }

  @Test
  void takesDownWhatBefallsProcessesAndJobs() {
    startCluster();
    world.await(world.dispatcher().submitJob(job, ASK));
    world.scheduler().runFor(SECOND);
    recorder.note("the worker is killed");
    world.node("tm").crash();
    world.scheduler().runFor(SECOND);
    world.startTaskManager("tm", 1).freeze(Duration.ofMillis(500));
    world.scheduler().runFor(SECOND);
    world.network().setOneWay("jm", "tm", Status.BLACKHOLE);
    world.network().heal();

    RecordedRun run = recorder.finish("a worker is killed", "I0", "an example");

    assertThat(run.processes()).containsExactly("zk", "client", "jm", "tm");
    assertThat(run.jobs()).containsExactly(new RecordedRun.Job(job.jobId().toString(), job.name()));
    assertThat(run.dropped()).isZero();
    Predicate<RunEvent> fromOutside =
        event ->
            event instanceof RunEvent.Transition transition
                ? Set.of("job", "task").contains(transition.subject().machine())
                : !(event instanceof RunEvent.Message
                    || event instanceof RunEvent.Leadership
                    || event instanceof RunEvent.Coordination);
    assertThat(linesOf(run, fromOutside))
        .containsExactly(
            "zk#1 STARTED",
            "client#1 STARTED",
            "jm#1 STARTED",
            "tm#1 STARTED",
            "jm#1 job job-1: INITIALIZING -> CREATED",
            "jm#1 job job-1: CREATED -> RUNNING",
            "tm#1 task work 1/1: CREATED -> DEPLOYING",
            "tm#1 task work 1/1: DEPLOYING -> INITIALIZING",
            "tm#1 task work 1/1: INITIALIZING -> RUNNING",
            "world the worker is killed",
            "tm#1 CRASHED",
            "jm#1 job job-1: RUNNING -> RESTARTING",
            "jm#1 job job-1: RESTARTING -> RUNNING",
            "tm#2 STARTED",
            "tm#2 FROZEN for PT0.5S",
            "tm#2 THAWED",
            "tm#2 task work 1/1 #1: CREATED -> DEPLOYING",
            "tm#2 task work 1/1 #1: DEPLOYING -> INITIALIZING",
            "tm#2 task work 1/1 #1: INITIALIZING -> RUNNING",
            "world links: jm -> tm BLACKHOLE",
            "world links: all healed",
            "world VIOLATION I0: an example");
  }

  @Test
  void tellsWhatMessagesCarryAndWhichJobTheyConcern() {
    startCluster();
    world.await(world.dispatcher().submitJob(job, ASK));
    world.scheduler().runFor(SECOND);

    RecordedRun run = recorder.finish("a job runs");

    String id = job.jobId().toString();
    List<RunEvent.Message> submission = messages(run, "DispatcherGateway.submitJob");
    assertThat(submission).hasSize(2);
    RunEvent.Message call = submission.get(0);
    assertThat(call.from()).hasToString("client#1");
    assertThat(call.to()).hasToString("jm#1");
    assertThat(call.content().kind()).isEqualTo(MessageKind.CALL);
    assertThat(call.content().text()).isEqualTo("job-1 of 1 subtask");
    assertThat(call.content().jobs()).containsExactly(id);
    assertThat(call.ending().fate()).isEqualTo(Fate.ARRIVED);
    assertThat(call.ending().nanos()).isGreaterThan(call.nanos());
    RunEvent.Message answer = submission.get(1);
    assertThat(answer.content().kind()).isEqualTo(MessageKind.REPLY);
    assertThat(answer.content().call()).isEqualTo(call.sequence());
    assertThat(answer.content().text()).isEqualTo("done");
    assertThat(answer.content().jobs()).containsExactly(id);
    assertThat(messages(run, "JobMasterGateway.registerTaskManager"))
        .isNotEmpty()
        .allMatch(message -> message.content().jobs().contains(id));
    assertThat(messages(run, "JobMasterGateway.updateTaskExecutionStates").get(0).content().text())
        .contains("job-1, work 1/1, INITIALIZING");
  }

  @Test
  void tellsWhoLeadsAndWhoBelievesTo() {
    world.startJobManager("jm-1");
    world.scheduler().runFor(SECOND);
    world.startJobManager("jm-2");
    world.scheduler().runFor(SECOND);
    world.network().setStatus("jm-1", SimCoordination.NODE_NAME, Status.BLACKHOLE);
    world.scheduler().runFor(Duration.ofSeconds(30));
    world.network().heal();
    world.scheduler().runFor(ASK);

    RecordedRun run = recorder.finish("two believe to lead");

    List<RunEvent.Leadership> steps =
        run.events().stream()
            .filter(RunEvent.Leadership.class::isInstance)
            .map(RunEvent.Leadership.class::cast)
            .toList();
    assertThat(steps)
        .extracting(step -> step.process().name() + " " + step.step())
        .containsExactly(
            "zk ELECTED",
            "jm-1 BELIEVES",
            "zk PUBLISHED",
            "zk DEPOSED",
            "zk ELECTED",
            "jm-2 BELIEVES",
            "zk PUBLISHED",
            "jm-1 GIVES_UP");
    assertThat(steps.get(0).session())
        .isEqualTo(steps.get(7).session())
        .isNotEqualTo(steps.get(5).session());
    assertThat(messages(run, "zk "))
        .anySatisfy(
            message -> {
              assertThat(message.from().name()).isEqualTo("jm-1");
              assertThat(message.ending().fate()).isEqualTo(Fate.LOST);
              assertThat(message.ending().why()).isNotEmpty();
            });
  }

  @Test
  void marksTheCallThatTheFenceRefused() {
    world.startJobManager("jm-1");
    world.dispatcher();
    String address = world.coordination().publishedLeader().orElseThrow().dispatcherAddress();
    DispatcherId another = new DispatcherId(new UUID(3, 3));
    DispatcherGateway gateway =
        world.await(world.client().rpc().connect(address, another, DispatcherGateway.class));
    world.scheduler().awaitFailure(gateway.requestMultipleJobDetails(ASK));
    world.await(world.dispatcher().requestMultipleJobDetails(ASK));

    RecordedRun run = recorder.finish("a call from elsewhere");

    assertThat(messages(run, "DispatcherGateway.requestMultipleJobDetails"))
        .extracting(message -> message.content().kind() + " " + message.ending().fate())
        .containsExactly("CALL FENCED", "REPLY ARRIVED", "CALL ARRIVED", "REPLY ARRIVED");
    assertThat(messages(run, "DispatcherGateway.requestMultipleJobDetails").get(1).content().text())
        .startsWith("✗ FencingTokenException: ");
  }

  @Test
  void changesNothing() {
    startCluster();
    world.await(world.dispatcher().submitJob(job, ASK));
    world.scheduler().runFor(SECOND);

    SimWorld unseen = new SimWorld(1);
    unseen.startJobManager("jm");
    unseen.startTaskManager("tm", 1);
    unseen.awaitFreeSlots(1, ASK);
    unseen.await(unseen.dispatcher().submitJob(job, ASK));
    unseen.scheduler().runFor(SECOND);

    assertThat(world.scheduler().trace().hash()).isEqualTo(unseen.scheduler().trace().hash());
  }
}
