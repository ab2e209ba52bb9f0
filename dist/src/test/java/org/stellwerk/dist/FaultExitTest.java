package org.stellwerk.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stellwerk.concurrent.FutureUtils;

/** In place of the JVM's end a number is noted. */
@Timeout(60)
class FaultExitTest {

  private static final Duration NOT_REACHED = Duration.ofMinutes(10);

  private final BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> said = new CompletableFuture<>();

  private Runnable finishLog = () -> {};

  private @Nullable Integer codeOf(
      Duration lastWords, Duration all, Function<String, CompletableFuture<Void>> words)
      throws InterruptedException {
    FaultExit exit =
        new FaultExit("Test", new FaultExit.Patience(lastWords, all), finishLog, codes::add);
    exit.start();
    exit.setLastWords(
        reason -> {
          said.complete(reason);
          return words.apply(reason);
        });
    assertThat(codes).isEmpty();
    Thread caller = new Thread(() -> exit.begin(new OutOfMemoryError("Java heap space")));
    caller.setDaemon(true);
    caller.start();
    return codes.poll(50, TimeUnit.SECONDS);
  }

  @Test
  void whatHasHappenedIsSaidBeforeTheEnd() throws Exception {
    assertThat(codeOf(NOT_REACHED, NOT_REACHED, reason -> FutureUtils.completedVoidFuture()))
        .isEqualTo(2);
    assertThat(said).isCompletedWithValue("OutOfMemoryError: Java heap space");
  }

  @Test
  void wordsThatCannotBeSaidHoldNothingUp() throws Exception {
    assertThat(
            codeOf(
                NOT_REACHED,
                NOT_REACHED,
                reason -> {
                  throw new OutOfMemoryError("again");
                }))
        .isEqualTo(2);
  }

  @Test
  void wordsThatAreNotHeardAreWaitedForBriefly() throws Exception {
    assertThat(codeOf(Duration.ofMillis(50), NOT_REACHED, reason -> new CompletableFuture<>()))
        .isEqualTo(2);
  }

  @Test
  void aLogThatCannotBeWrittenIsNotWaitedFor() throws Exception {
    CompletableFuture<Void> disk = new CompletableFuture<>();
    finishLog = disk::join;
    assertThat(
            codeOf(NOT_REACHED, Duration.ofMillis(50), reason -> FutureUtils.completedVoidFuture()))
        .isEqualTo(2);
    disk.complete(null);
  }

  @Test
  void whoNeverFinishesSpeakingIsNotWaitedFor() throws Exception {
    CompletableFuture<Void> never = new CompletableFuture<>();
    assertThat(
            codeOf(
                NOT_REACHED,
                Duration.ofMillis(50),
                reason -> {
                  never.join();
                  return never;
                }))
        .isEqualTo(2);
    never.complete(null);
  }
}
