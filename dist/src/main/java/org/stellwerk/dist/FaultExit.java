package org.stellwerk.dist;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.util.ExceptionUtils;

/**
 * How a process ends because of a fault: it says why, to others and in its log, and exits, in
 * bounded time and also where no memory is left. So its threads wait from the beginning, as there
 * may be none to be had then; a piece of the heap is kept for what is to be said; each thing that
 * cannot be said is left out; and if saying it takes too long, the process ends without.
 */
final class FaultExit {

  private static final Logger LOG = LoggerFactory.getLogger(FaultExit.class);
  private static final int CODE = 2;
  private static final int RESERVE_BYTES = 1 << 20;

  private final String title;
  private final Patience patience;
  private final Runnable finishLog;
  private final IntConsumer halt;
  private final CompletableFuture<Throwable> fault = new CompletableFuture<>();
  private final CompletableFuture<@Nullable CompletableFuture<Void>> told =
      new CompletableFuture<>();
  private final Thread speaker;
  private final Thread deadline;
  private volatile Function<String, CompletableFuture<Void>> lastWords =
      reason -> FutureUtils.completedVoidFuture();

  @SuppressWarnings("UnusedVariable") // it is there to be let go
  private volatile byte @Nullable [] reserve;

  /**
   * How long what takes at most.
   *
   * @param lastWords to be heard by others
   * @param all all of it
   */
  record Patience(Duration lastWords, Duration all) {
    static final Patience DEFAULT = new Patience(Duration.ofSeconds(2), Duration.ofSeconds(10));
  }

  /**
   * Waits for a fault once it is started.
   *
   * @param finishLog writes what has been logged; may hang, as when a disk does
   * @param halt ends the JVM with a code at once
   */
  FaultExit(String title, Patience patience, Runnable finishLog, IntConsumer halt) {
    this.title = title;
    this.patience = patience;
    this.finishLog = finishLog;
    this.halt = halt;
    this.speaker = daemon("fault", this::speakAndExit);
    this.deadline = daemon("fault-deadline", this::exitInTime);
  }

  private static Thread daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    speaker.start();
    deadline.start();
  }

  /** What is to be said to others, for which memory is kept from now on. */
  void setLastWords(Function<String, CompletableFuture<Void>> lastWords) {
    this.lastWords = lastWords;
    this.reserve = new byte[RESERVE_BYTES];
  }

  /**
   * Begins to end the process; once. Tells the others in the caller's thread, so that they hear of
   * it before anything that the caller does next. Never throws.
   */
  void begin(Throwable exception) {
    reserve = null;
    fault.complete(exception);
    told.complete(tell(exception));
  }

  private @Nullable CompletableFuture<Void> tell(Throwable exception) {
    try {
      return lastWords.apply(reasonOf(exception));
    } catch (Throwable t) {
      return null; // the log may still be told
    }
  }

  /** One line; what an error says of itself is too little without its class. */
  private static String reasonOf(Throwable exception) {
    return exception instanceof Error
        ? exception.getClass().getSimpleName() + ": " + exception.getMessage()
        : ExceptionUtils.describe(exception);
  }

  private void speakAndExit() {
    CompletableFuture<Void> heard = told.join();
    try {
      Throwable exception = fault.join();
      log(exception);
      System.err.println(title + " ends because of a fault: " + reasonOf(exception));
      if (heard != null) {
        await(heard);
      }
      finishLog.run();
    } finally {
      halt.accept(CODE);
    }
  }

  private void log(Throwable exception) {
    try {
      LOG.error("{} ends because of a fault.", title, exception);
    } catch (Throwable t) {
      System.err.println("The fault cannot be logged.");
    }
  }

  private void await(CompletableFuture<Void> heard) {
    try {
      heard.get(patience.lastWords().toMillis(), TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      LOG.warn("Not everybody may have heard why {} ends: {}", title, e.toString());
    }
  }

  /** Makes no object after the fault. */
  private void exitInTime() {
    fault.join();
    try {
      speaker.join(patience.all().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      halt.accept(CODE);
    }
  }
}
