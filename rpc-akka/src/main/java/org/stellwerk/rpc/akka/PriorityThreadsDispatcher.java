package org.stellwerk.rpc.akka;

import akka.dispatch.DefaultDispatcherPrerequisites;
import akka.dispatch.DispatcherConfigurator;
import akka.dispatch.DispatcherPrerequisites;
import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;

/** A dispatcher whose threads have a configured priority. Made by Akka, by its class name. */
public final class PriorityThreadsDispatcher extends DispatcherConfigurator {

  /** Called by Akka. */
  public PriorityThreadsDispatcher(Config config, DispatcherPrerequisites prerequisites) {
    super(config, withPriority(prerequisites, config.getInt("threads-priority")));
  }

  @SuppressWarnings("ThreadPriorityCheck") // what this class is for
  private static DispatcherPrerequisites withPriority(
      DispatcherPrerequisites original, int priority) {
    ThreadFactory factory = original.threadFactory();
    return new DefaultDispatcherPrerequisites(
        runnable -> {
          Thread thread = factory.newThread(runnable);
          thread.setPriority(priority);
          return thread;
        },
        original.eventStream(),
        original.scheduler(),
        original.dynamicAccess(),
        original.settings(),
        original.mailboxes(),
        original.defaultExecutionContext());
  }
}
