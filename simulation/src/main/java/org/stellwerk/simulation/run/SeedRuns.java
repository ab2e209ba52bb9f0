package org.stellwerk.simulation.run;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.stellwerk.simulation.schedule.ScheduleGenerator;

/**
 * Runs one seed after the other, on several threads, until there are no more or somebody has had
 * enough. Which seeds fail and how does not depend on the threads.
 */
public final class SeedRuns {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final int threads;
  private final Consumer<RunResult> listener;
  private final Summary summary = new Summary();
  private final AtomicLong next;

  /**
   * Runs that have not begun.
   *
   * @param firstSeed the others follow it
   * @param listener told of each result in the thread of its run, one at a time
   */
  public SeedRuns(long firstSeed, int threads, Consumer<RunResult> listener) {
    this.next = new AtomicLong(firstSeed);
    this.threads = threads;
    this.listener = listener;
  }

  /**
   * Runs the seeds; returns when all that were begun have ended.
   *
   * @param goOn asked before each seed, in several threads
   */
  public Summary run(LongPredicate goOn) throws InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (Future<?> worker :
          executor.invokeAll(Collections.nCopies(threads, Executors.callable(() -> work(goOn))))) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("A run ended in an unexpected way", e);
    } finally {
      executor.shutdownNow();
    }
    return summary;
  }

  private void work(LongPredicate goOn) {
    for (long seed = next.getAndIncrement(); goOn.test(seed); seed = next.getAndIncrement()) {
      long begin = THREADS.getCurrentThreadCpuTime();
      RunResult result = new ClusterRun(ScheduleGenerator.generate(seed)).run();
      Duration cpuTime = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - begin);
      synchronized (summary) {
        summary.add(result);
        summary.addCpuTime(cpuTime);
        listener.accept(result);
      }
    }
  }
}
