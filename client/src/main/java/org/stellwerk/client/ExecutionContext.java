package org.stellwerk.client;

import org.jspecify.annotations.Nullable;

/**
 * Where a program's jobs go. The command line enters a context before it calls the program's main
 * method; a program that was started by itself gets a {@link StandaloneContext}. The current
 * context belongs to a thread and the threads that it starts.
 */
public interface ExecutionContext {

  /**
   * Submits a job; returns once the cluster has accepted it and will not forget it.
   *
   * @throws IllegalArgumentException if the job's graph is not valid
   * @throws ClusterException if there is no cluster or it refuses the job
   */
  JobExecution submit(Job job);

  /** The context of this thread. */
  static ExecutionContext current() {
    ExecutionContext entered = Entered.CONTEXT.get();
    return entered != null ? entered : StandaloneContext.fromEnvironment();
  }

  /** Runs something in which a context is the current one; what it throws is thrown as it is. */
  static <X extends Throwable> void runIn(ExecutionContext context, Body<X> body) throws X {
    ExecutionContext before = Entered.CONTEXT.get();
    Entered.CONTEXT.set(context);
    try {
      body.run();
    } finally {
      Entered.restore(before);
    }
  }

  /** What runs in a context. */
  interface Body<X extends Throwable> {
    void run() throws X;
  }

  /** Keeps the current context. */
  final class Entered {
    private static final ThreadLocal<@Nullable ExecutionContext> CONTEXT =
        new InheritableThreadLocal<>();

    private Entered() {}

    private static void restore(@Nullable ExecutionContext before) {
      if (before == null) {
        CONTEXT.remove();
      } else {
        CONTEXT.set(before);
      }
    }
  }
}
