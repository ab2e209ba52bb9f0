package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.stellwerk.runtime.io.TaskIo;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.taskexecutor.TaskEvents;
import org.stellwerk.runtime.taskexecutor.TaskHandle;
import org.stellwerk.task.TaskInvokable;
import org.stellwerk.util.FatalErrorHandler;

/**
 * One attempt and its thread: gets the class loader, opens the channels, makes the invokable, runs
 * it, drains its output, and lets go of everything before it reports the end. A cancellation that
 * comes before the output has left wins over every other outcome.
 */
final class RunningTask implements TaskHandle, JobClassLoaders.Task, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningTask.class);

  private final TaskDeploymentDescriptor descriptor;
  private final TaskEvents events;
  private final Services services;
  private final TaskIo io;
  private final Thread thread;
  private final CompletableFuture<Void> canceled = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private @Nullable TaskInvokable invokable;

  /** The task's thread only. */
  private JobClassLoaders.@Nullable Lease lease;

  /** Whether the thread runs code that an interrupt may hit; guarded by this. */
  private boolean interruptible = true;

  /** Whether it is too late to cancel; guarded by this. */
  private boolean decided;

  /**
   * What all tasks of a runner share.
   *
   * @param threads starts them
   */
  record Services(
      JobClassLoaders classLoaders,
      Consumer<Thread> threads,
      Executor cancelExecutor,
      FatalTaskErrors errorRules,
      FatalErrorHandler fatalErrors) {}

  RunningTask(
      TaskDeploymentDescriptor descriptor, TaskEvents events, Services services, TaskIo io) {
    this.descriptor = descriptor;
    this.events = events;
    this.services = services;
    this.io = io;
    this.thread = new Thread(this, threadName(descriptor));
    thread.setDaemon(true);
  }

  private static String threadName(TaskDeploymentDescriptor descriptor) {
    return descriptor.taskNameWithSubtask() + " #" + descriptor.attemptId().attemptNumber();
  }

  void start() {
    services.threads().accept(thread);
  }

  /** Completes when the end has been reported. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void run() {
    MDC.put("jobId", descriptor.jobId().toString());
    Throwable failure = null;
    try {
      lease = services.classLoaders().lease(descriptor.jobInformation(), this);
      execute(lease);
    } catch (Throwable t) {
      failure = t;
    }
    end(failure);
    MDC.remove("jobId");
  }

  /** Lets go of everything, then reports. Also where the thread could not be started. */
  void end(@Nullable Throwable failure) {
    boolean wasCanceled = endInterruptible();
    try {
      release(failure, wasCanceled);
    } catch (RuntimeException | Error e) {
      services.fatalErrors().onFatalError(e);
    }
    report(failure, wasCanceled);
    ended.complete(null);
  }

  private void execute(JobClassLoaders.Lease used) throws Exception {
    ClassLoader loader = awaitLoader(used);
    thread.setContextClassLoader(loader);
    io.open(loader);
    events.onInitializing();
    TaskInvokable made = instantiate(loader);
    synchronized (this) {
      invokable = made;
    }
    if (io.isCanceled()) {
      throw new InterruptedException("Cancelled before it ran");
    }
    events.onRunning();
    made.invoke(new RuntimeEnvironment(descriptor, io, loader));
    io.finish();
    synchronized (this) {
      decided = !canceled.isDone();
    }
  }

  private ClassLoader awaitLoader(JobClassLoaders.Lease used)
      throws IOException, InterruptedException {
    try {
      CompletableFuture.anyOf(used.loader(), canceled).get();
      if (canceled.isDone()) {
        throw new InterruptedException("Cancelled before its class loader was there");
      }
      return used.loader().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why = cause == null ? "" : ": " + cause.getMessage();
      throw new IOException(
          "Cannot get the jars of job " + descriptor.jobId() + why, cause == null ? e : cause);
    }
  }

  private TaskInvokable instantiate(ClassLoader loader) throws Exception {
    String name = descriptor.taskInformation().vertex().invokableClassName();
    Class<?> type;
    try {
      type = Class.forName(name, true, loader);
    } catch (ClassNotFoundException e) {
      throw new InvalidInvokableException(
          "The class "
              + name
              + " of vertex '"
              + descriptor.taskInformation().vertex().name()
              + "' is in none of the job's "
              + descriptor.jobInformation().userJars().size()
              + " jars",
          e);
    }
    if (!TaskInvokable.class.isAssignableFrom(type)) {
      throw new InvalidInvokableException(
          "The class " + name + " is not a " + TaskInvokable.class.getName(), null);
    }
    try {
      return (TaskInvokable) type.getConstructor().newInstance();
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw new InvalidInvokableException(
          "The class " + name + " needs to be public with a public no-argument constructor", e);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof Exception exception) {
        throw exception;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** From here on no interrupt hits; says whether the task was cancelled in time. */
  private boolean endInterruptible() {
    synchronized (this) {
      interruptible = false;
      boolean inTime = !decided && canceled.isDone();
      decided = true;
      invokable = null;
      // An interrupt that has hit already belongs to user code.
      boolean unused = Thread.interrupted();
      return inTime;
    }
  }

  private void release(@Nullable Throwable failure, boolean wasCanceled) {
    thread.setContextClassLoader(RunningTask.class.getClassLoader());
    if (wasCanceled) {
      io.closeFailed("was cancelled");
    } else if (failure != null) {
      io.closeFailed("failed: " + describe(failure));
    } else {
      io.closeFinished();
    }
    if (lease != null) {
      lease.close();
      lease = null;
    }
  }

  /** Asking a user's exception for its message runs user code. */
  private static String describe(Throwable failure) {
    try {
      return SerializedThrowable.of(failure).describe();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      return failure.getClass().getName();
    }
  }

  /** If the process is to end that comes first, so that no task is started here again. */
  private void report(@Nullable Throwable failure, boolean wasCanceled) {
    if (failure != null) {
      endProcessIfFatal(failure);
    }
    try {
      if (wasCanceled) {
        events.onCanceled(metrics());
      } else if (failure != null) {
        events.onFailed(failure, metrics());
      } else {
        events.onFinished(metrics());
      }
    } catch (RuntimeException | Error e) {
      services.fatalErrors().onFatalError(e);
    }
  }

  private void endProcessIfFatal(Throwable failure) {
    services
        .errorRules()
        .check("task " + thread.getName(), failure)
        .ifPresent(services.fatalErrors()::onFatalError);
  }

  @Override
  public boolean runsIn(Thread other) {
    return other == thread;
  }

  @Override
  public void exitCalled(UserExitError failure) {
    events.onFailing(failure);
  }

  @Override
  public void cancel() {
    TaskInvokable told;
    synchronized (this) {
      if (decided || !canceled.complete(null)) {
        return;
      }
      told = invokable;
    }
    io.cancel();
    if (told != null && heedsCancel(told)) {
      try {
        services.cancelExecutor().execute(() -> tellInvokable(told));
      } catch (RejectedExecutionException e) {
        LOG.debug("{} is cancelled while the runner closes.", thread.getName());
      }
    }
  }

  /** A thread to tell it in is not needed for one that has not said what to do then. */
  private static boolean heedsCancel(TaskInvokable told) {
    try {
      return told.getClass().getMethod("cancel").getDeclaringClass() != TaskInvokable.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("Every invokable has the method", e);
    }
  }

  private void tellInvokable(TaskInvokable told) {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    current.setContextClassLoader(told.getClass().getClassLoader());
    try {
      told.cancel();
    } catch (RuntimeException | Error e) {
      endProcessIfFatal(e);
      LOG.warn("cancel() of {} has thrown: {}", thread.getName(), String.valueOf(e));
    } finally {
      current.setContextClassLoader(before);
    }
  }

  @Override
  public void interrupt() {
    synchronized (this) {
      if (interruptible) {
        thread.interrupt();
      }
    }
  }

  @Override
  public String stackTrace() {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append(frame).append('\n');
    }
    return text.toString();
  }

  @Override
  public IOMetrics metrics() {
    return io.metrics();
  }
}
