package org.stellwerk.runtime.taskexecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobInformation;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskExecutionState;
import org.stellwerk.runtime.messages.TaskInformation;

class TaskTest {

  /** The task's situations: its states, with CANCELING by what it will end in. */
  private enum Situation {
    CREATED,
    DEPLOYING,
    INITIALIZING,
    RUNNING,
    CANCELING_TO_CANCEL,
    CANCELING_TO_FAIL,
    FINISHED,
    CANCELED,
    FAILED
  }

  private enum Event {
    CANCEL,
    FAIL,
    INITIALIZING,
    RUNNING,
    FINISHED,
    FAILED,
    CANCELED
  }

  /** Rows: situations; columns: the state after each event. A dash: unchanged. */
  private static final String EXPECTED =
      """
      .                   | CANCEL    | FAIL      | INITIALIZING | RUNNING | FINISHED | FAILED   | CANCELED
      CREATED             | CANCELED  | FAILED    | -            | -       | -        | -        | -
      DEPLOYING           | CANCELING | CANCELING | INITIALIZING | RUNNING | FINISHED | FAILED   | FAILED
      INITIALIZING        | CANCELING | CANCELING | -            | RUNNING | FINISHED | FAILED   | FAILED
      RUNNING             | CANCELING | CANCELING | -            | -       | FINISHED | FAILED   | FAILED
      CANCELING_TO_CANCEL | -         | -         | -            | -       | FINISHED | CANCELED | CANCELED
      CANCELING_TO_FAIL   | -         | -         | -            | -       | FAILED   | FAILED   | FAILED
      FINISHED            | -         | -         | -            | -       | -        | -        | -
      CANCELED            | -         | -         | -            | -       | -        | -        | -
      FAILED              | -         | -         | -            | -       | -        | -        | -
      """;

  private static ExecutionState expected(Situation from, Event event, ExecutionState before) {
    List<String[]> rows = EXPECTED.lines().map(line -> line.split("[ |]+", -1)).toList();
    int column = Arrays.asList(rows.get(0)).indexOf(event.name());
    String cell =
        rows.stream().filter(row -> row[0].equals(from.name())).findFirst().orElseThrow()[column];
    return cell.equals("-") ? before : ExecutionState.valueOf(cell);
  }

  private final SimScheduler sim = new SimScheduler(1);
  private final ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(sim);
  private final TestingTaskRunner runner = new TestingTaskRunner();
  private final List<ExecutionState> transitions = new ArrayList<>();
  private final TaskExecutorConfig.Timeouts timeouts =
      new TaskExecutorConfig.Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(300),
          Duration.ofSeconds(3),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofMinutes(10));
  private final ExecutionAttemptID attempt =
      new ExecutionAttemptID(
          new ExecutionGraphId(new UUID(1, 1)),
          new ExecutionVertexID(new JobVertexID(new UUID(2, 2)), 0),
          0);
  private final List<TaskExecutionState> givenUp = new ArrayList<>();
  private final Task task =
      new Task(
          descriptor(),
          runner,
          mainThread,
          new CancellationWatch(timeouts, mainThread, sim.clock()),
          new Task.Listener() {
            @Override
            public void onTransition(Task changed, ExecutionState from) {
              transitions.add(changed.state());
            }

            @Override
            public void onGivenUp(Task stuck) {
              givenUp.add(stuck.executionState());
            }
          });

  private TaskDeploymentDescriptor descriptor() {
    return new TaskDeploymentDescriptor(
        new JobInformation(new JobID(new UUID(3, 3)), "job", Map.of(), List.of(), "http://jm"),
        new TaskInformation(
            new JobVertex(attempt.jobVertexId(), "map", 1, "user.Map", Map.of(), new byte[0]),
            List.of(),
            List.of()),
        List.of(),
        attempt,
        new AllocationID(new UUID(4, 4)));
  }

  static Stream<Arguments> everyPair() {
    return Stream.of(Situation.values())
        .flatMap(from -> Stream.of(Event.values()).map(event -> Arguments.of(from, event)));
  }

  @ParameterizedTest
  @MethodSource("everyPair")
  void everyEventInEveryState(Situation from, Event event) {
    runner.tasksIgnoreCancellation = true;
    bring(from);
    ExecutionState before = task.state();
    transitions.clear();
    send(event);
    ExecutionState expected = expected(from, event, before);
    assertThat(task.state()).isEqualTo(expected);
    assertThat(transitions)
        .containsExactlyElementsOf(expected == before ? List.of() : List.of(expected));
    assertThat(task.executionState().failure() != null)
        .isEqualTo(expected == ExecutionState.FAILED);
  }

  private void bring(Situation to) {
    switch (to) {
      case CREATED -> {}
      case DEPLOYING -> task.start();
      case INITIALIZING -> {
        task.start();
        send(Event.INITIALIZING);
      }
      case RUNNING -> {
        task.start();
        send(Event.RUNNING);
      }
      case CANCELING_TO_CANCEL -> {
        task.start();
        send(Event.CANCEL);
      }
      case CANCELING_TO_FAIL -> {
        task.start();
        send(Event.FAIL);
      }
      case FINISHED -> {
        task.start();
        send(Event.FINISHED);
      }
      case CANCELED -> {
        task.start();
        send(Event.CANCEL);
        send(Event.CANCELED);
      }
      case FAILED -> {
        task.start();
        send(Event.FAILED);
      }
    }
  }

  private void send(Event event) {
    switch (event) {
      case CANCEL -> task.cancel("test");
      case FAIL -> task.fail(new IllegalStateException("from outside"));
      default -> {
        TestingTaskRunner.TestingTask running = runner.tasks.get(attempt);
        if (running != null) {
          sendFromRunner(running.events, event);
        }
      }
    }
    sim.runUntilIdle();
  }

  private static void sendFromRunner(TaskEvents events, Event event) {
    switch (event) {
      case INITIALIZING -> events.onInitializing();
      case RUNNING -> events.onRunning();
      case FINISHED -> events.onFinished(IOMetrics.ZERO);
      case FAILED -> events.onFailed(new IllegalStateException("by itself"), IOMetrics.ZERO);
      case CANCELED -> events.onCanceled(IOMetrics.ZERO);
      case CANCEL, FAIL -> throw new AssertionError();
    }
  }

  @Test
  void startsOnlyOnce() {
    task.start();
    assertThatThrownBy(task::start).isInstanceOf(IllegalStateException.class);
    assertThat(runner.starts).hasSize(1);
  }

  @Test
  void aFailureFromOutsideIsTheOneThatIsTold() {
    runner.tasksIgnoreCancellation = true;
    task.start();
    task.fail(new IllegalStateException("from outside"));
    send(Event.FAILED);
    assertThat(task.executionState().failure())
        .extracting(SerializedThrowable::message)
        .isEqualTo("from outside");
  }

  @Test
  void aTaskThatMustFailIsCancelledAndFailsHoweverItEnds() {
    runner.tasksIgnoreCancellation = true;
    task.start();
    TestingTaskRunner.TestingTask running = runner.task(attempt);
    running.events.onFailing(new IllegalStateException("exit called"));
    running.events.onFailing(new IllegalStateException("exit called again"));
    sim.runUntilIdle();
    assertThat(task.state()).isEqualTo(ExecutionState.CANCELING);
    assertThat(running.cancellations).isEqualTo(1);
    send(Event.FINISHED);
    assertThat(task.state()).isEqualTo(ExecutionState.FAILED);
    assertThat(task.executionState().failure())
        .extracting(SerializedThrowable::message)
        .isEqualTo("exit called");
    running.events.onFailing(new IllegalStateException("too late"));
    sim.runUntilIdle();
    assertThat(task.state()).isEqualTo(ExecutionState.FAILED);
  }

  @Test
  void aStuckTaskIsInterruptedUntilItEnds() {
    runner.tasksIgnoreCancellation = true;
    task.start();
    task.cancel("test");
    sim.runFor(Duration.ofMillis(20_500));
    TestingTaskRunner.TestingTask running = runner.task(attempt);
    assertThat(running.cancellations).isEqualTo(1);
    assertThat(running.interruptions).isEqualTo(21);
    assertThat(running.stackTraceReads).isEqualTo(1);
    assertThat(givenUp)
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.state()).isEqualTo(ExecutionState.FAILED);
              assertThat(told.slotLost()).isTrue();
              SerializedThrowable why = Objects.requireNonNull(told.failure());
              assertThat(why.className()).isEqualTo(TaskStuckException.class.getName());
              assertThat(why.message())
                  .startsWith("Task map (1/1)")
                  .contains("did not end within 5000 ms of being cancelled");
              assertThat(why.stackTrace()).contains("at user.Code.loop(Code.java:1)");
            });
    assertThat(task.state()).isEqualTo(ExecutionState.CANCELING);
    send(Event.CANCELED);
    sim.runFor(Duration.ofSeconds(20));
    assertThat(running.interruptions).isEqualTo(21);
  }

  @Test
  void userExceptionsAreReadWhereTheyWereThrownAndBounded() {
    task.start();
    runner
        .task(attempt)
        .events
        .onFailed(new IllegalStateException("x".repeat(1_000_000)), IOMetrics.ZERO);
    sim.runUntilIdle();
    SerializedThrowable failure = Objects.requireNonNull(task.executionState().failure());
    assertThat(String.valueOf(failure.message())).hasSizeLessThan(10_000);
    assertThat(failure.stackTrace()).hasSizeLessThan(70_000);
  }

  @Test
  void anExceptionThatThrowsWhenReadStillFailsTheTask() {
    task.start();
    runner.task(attempt).events.onFailed(new HostileException(), IOMetrics.ZERO);
    sim.runUntilIdle();
    assertThat(task.state()).isEqualTo(ExecutionState.FAILED);
    assertThat(Objects.requireNonNull(task.executionState().failure()).className())
        .isEqualTo(HostileException.class.getName());
  }

  private static final class HostileException extends RuntimeException {
    @Override
    public String getMessage() {
      throw new IllegalStateException("no message for you");
    }
  }
}
