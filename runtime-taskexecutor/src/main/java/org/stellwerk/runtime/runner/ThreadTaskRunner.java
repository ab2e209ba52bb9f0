package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.io.DataExchange;
import org.stellwerk.runtime.io.TaskIo;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.taskexecutor.TaskEvents;
import org.stellwerk.runtime.taskexecutor.TaskHandle;
import org.stellwerk.runtime.taskexecutor.TaskRunner;
import org.stellwerk.util.FatalErrorHandler;

/**
 * Runs each attempt in a thread of its own in this process, with its job's class loader and
 * channels of the data exchange. Decides nothing: when to cancel, to interrupt or to give up is
 * told by the caller. Errors that leave the JVM in doubt, by the rules of {@link FatalTaskErrors},
 * go to the fatal error handler besides failing the task. Thread-safe.
 */
public final class ThreadTaskRunner implements TaskRunner {

  private static final Logger LOG = LoggerFactory.getLogger(ThreadTaskRunner.class);
  private static final long IDLE_THREAD_MS = 1000;
  private static final long CLOSE_TIMEOUT_MS = 5000;

  private final DataExchange exchange;
  private final JarCache jars;
  private final JobClassLoaders classLoaders;
  private final RunningTask.Services services;
  private final ExecutorService pool;
  private final Set<RunningTask> tasks = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private boolean closing;

  public ThreadTaskRunner(
      TaskRunnerConfig config, JarFetcher fetcher, FatalErrorHandler fatalErrors) {
    this(config, fetcher, fatalErrors, Thread::start);
  }

  ThreadTaskRunner(
      TaskRunnerConfig config,
      JarFetcher fetcher,
      FatalErrorHandler fatalErrors,
      Consumer<Thread> threads) {
    this.exchange = new DataExchange(config.exchange());
    this.pool = newPool();
    this.jars = new JarCache(config.jarDirectory(), fetcher, JarCache.Bound.DEFAULT);
    this.classLoaders = new JobClassLoaders(jars, config.parentClassLoader(), pool);
    this.services =
        new RunningTask.Services(
            classLoaders,
            threads,
            pool,
            new FatalTaskErrors(config.exitOnOutOfMemory()),
            fatalErrors);
  }

  /** For fetching jars and for user code's cancel(), which may hang; empty when idle. */
  private static ExecutorService newPool() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_THREAD_MS,
        TimeUnit.MILLISECONDS,
        new SynchronousQueue<>(),
        runnable -> {
          Thread thread = new Thread(runnable, "task-service");
          thread.setDaemon(true);
          thread.setContextClassLoader(ThreadTaskRunner.class.getClassLoader());
          return thread;
        });
  }

  /**
   * Binds the data port, and takes over the jars of a former process of the same name.
   *
   * @throws IOException if that is not possible; one line that names port and configuration key
   */
  public void start() throws IOException {
    jars.takeOver();
    exchange.start();
  }

  @Override
  public int dataPort() {
    return exchange.dataPort();
  }

  @Override
  public long freeHeap() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
  }

  @Override
  public TaskHandle start(TaskDeploymentDescriptor descriptor, TaskEvents events) {
    synchronized (this) {
      if (closing) {
        throw new IllegalStateException("The task runner is closed");
      }
    }
    try {
      return start(descriptor, events, exchange.register(descriptor));
    } catch (VirtualMachineError e) {
      String place = "the start of task " + descriptor.taskNameWithSubtask();
      services.errorRules().check(place, e).ifPresent(services.fatalErrors()::onFatalError);
      throw e;
    }
  }

  /** A task that never was one leaves no output: its consumers would wait for it. */
  private RunningTask start(TaskDeploymentDescriptor descriptor, TaskEvents events, TaskIo io) {
    RunningTask added = null;
    try {
      RunningTask task = new RunningTask(descriptor, events, services, io);
      tasks.add(task);
      added = task;
      task.ended().whenComplete((unused, failure) -> tasks.remove(task));
      start(task);
      return task;
    } catch (VirtualMachineError e) {
      if (added != null) {
        tasks.remove(added);
      }
      io.closeFailed("could not be started: " + e);
      throw e;
    }
  }

  /** A task that gets no thread ends in this one: where there is none for it, there is no other. */
  private static void start(RunningTask task) {
    try {
      task.start();
    } catch (OutOfMemoryError e) {
      task.end(e);
    }
  }

  /**
   * Why the process has to end, if it has to, after an error that a thread which user code has made
   * did not catch.
   */
  public Optional<FatalTaskException> faultIn(Thread userThread, Throwable error) {
    return services.errorRules().check("thread " + userThread.getName() + " of user code", error);
  }

  @Override
  public void releaseJob(JobID jobId) {
    classLoaders.release(jobId);
    exchange.releasePartitions(exchange.partitionsOf(jobId));
  }

  @Override
  public void releasePartitions(Collection<ExecutionAttemptID> producers) {
    exchange.releasePartitions(producers);
  }

  /** The data exchange, for its figures. */
  public DataExchange exchange() {
    return exchange;
  }

  /** How many attempts have not ended. */
  public int runningTasks() {
    return tasks.size();
  }

  /** How many jobs have a class loader here. */
  public int classLoaders() {
    return classLoaders.size();
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    synchronized (this) {
      if (closing) {
        return closed;
      }
      closing = true;
    }
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (RunningTask task : tasks) {
      task.cancel();
      task.interrupt();
      ends.add(task.ended());
    }
    CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .orTimeout(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .whenComplete(
            (unused, failure) -> {
              if (failure != null) {
                LOG.warn("{} tasks have not ended; they are left behind.", tasks.size());
              }
              closeServices();
            });
    return closed;
  }

  private void closeServices() {
    exchange
        .closeAsync()
        .whenComplete(
            (unused, failure) -> {
              classLoaders.releaseAll();
              pool.shutdown();
              jars.clear();
              closed.complete(null);
            });
  }
}
