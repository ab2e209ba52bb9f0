package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.highavailability.JobProgress;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

class ProgressRecorderTest {

  private final SimScheduler sim = new SimScheduler(1);
  private final ManualMainThreadExecutor mainThread = new ManualMainThreadExecutor(sim);
  private final List<Long> writes = new ArrayList<>();
  private final List<CompletableFuture<Void>> open = new ArrayList<>();
  private long restarts;
  private boolean over;
  private final ProgressRecorder recorder =
      new ProgressRecorder(
          () -> new JobProgress(TestGraphs.jobId(1), false, restarts, List.of(), List.of()),
          progress -> {
            writes.add(progress.restarts());
            CompletableFuture<Void> write = new CompletableFuture<>();
            open.add(write);
            return write;
          },
          () -> over,
          mainThread);

  private CompletableFuture<Void> change() {
    restarts++;
    recorder.changed();
    return recorder.whenStored();
  }

  private void settle() {
    sim.runFor(Duration.ofMillis(1));
  }

  @Test
  void whatChangesInOneTurnIsWrittenOnce() {
    CompletableFuture<Void> first = change();
    CompletableFuture<Void> second = change();
    settle();
    assertThat(writes).containsExactly(2L);
    assertThat(first).isNotDone();
    open.get(0).complete(null);
    settle();
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(recorder.whenStored()).isCompleted();
  }

  @Test
  void oneWriteIsOnItsWayAtATimeAndTheNextHasAllThatCameMeanwhile() {
    CompletableFuture<Void> first = change();
    settle();
    CompletableFuture<Void> second = change();
    CompletableFuture<Void> third = change();
    settle();
    assertThat(writes).containsExactly(1L);
    open.get(0).complete(null);
    settle();
    assertThat(first).isCompleted();
    assertThat(writes).containsExactly(1L, 3L);
    assertThat(second).isNotDone();
    open.get(1).complete(null);
    settle();
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
  }

  @Test
  void whoAsksWithoutAChangeWaitsForTheWriteThatIsOnItsWay() {
    change();
    settle();
    CompletableFuture<Void> asked = recorder.whenStored();
    assertThat(asked).isNotDone();
    open.get(0).complete(null);
    settle();
    assertThat(asked).isCompleted();
  }

  @Test
  void aWriteThatFailsFailsThoseWhoWaitAndTheNextIsMade() {
    CompletableFuture<Void> first = change();
    settle();
    CompletableFuture<Void> second = change();
    open.get(0).completeExceptionally(new NotLeaderException("deposed"));
    settle();
    assertThat(first).isCompletedExceptionally();
    assertThat(writes).containsExactly(1L, 2L);
    open.get(1).complete(null);
    settle();
    assertThat(second).isCompleted();
  }

  @Test
  void theProgressOfAJobThatIsOverIsNotStoredAndItsAnswersComeWithTheEnd() {
    CompletableFuture<Void> last = change();
    over = true;
    settle();
    assertThat(writes).isEmpty();
    assertThat(last).isNotDone();
    recorder.close(null);
    assertThat(last).isCompleted();
  }

  @Test
  void theEndOfTheSessionFailsThoseWhoWaitAndStoresNothingMore() {
    CompletableFuture<Void> written = change();
    settle();
    CompletableFuture<Void> waiting = change();
    recorder.close(new NotLeaderException("the session ends"));
    assertThat(written).isCompletedExceptionally();
    assertThat(waiting).isCompletedExceptionally();
    open.get(0).complete(null);
    change();
    settle();
    assertThat(writes).containsExactly(1L);
  }

  @Test
  void aStoreThatDoesNotAnswerHoldsUpNobodyForLong() {
    change();
    CompletableFuture<Void> late = recorder.whenStoredOrLate(mainThread);
    sim.runFor(Duration.ofMillis(1_900));
    assertThat(late).isNotDone();
    sim.runFor(Duration.ofMillis(200));
    assertThat(late).isCompleted();
    assertThat(recorder.whenStored()).isNotDone();
  }
}
