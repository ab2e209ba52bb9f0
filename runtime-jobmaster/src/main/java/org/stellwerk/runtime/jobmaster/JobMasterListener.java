package org.stellwerk.runtime.jobmaster;

import org.stellwerk.runtime.messages.ArchivedExecutionGraph;

/**
 * Hears how a job ended, once. Called in the JobMaster's main thread: whoever implements it goes on
 * in a main thread of its own.
 */
@FunctionalInterface
public interface JobMasterListener {

  /** The job has reached a globally terminal state; nothing of it runs any more. */
  void jobReachedGloballyTerminalState(ArchivedExecutionGraph job);
}
