package org.stellwerk.runtime.jobmaster.slotpool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;

/**
 * A TaskExecutor as an execution sees it: the one that its slot belongs to, in the session of its
 * JobMaster. Called in the JobMaster's main thread; the futures complete there too.
 */
public interface TaskManagerGateway {

  /** The address of the TaskExecutor. */
  String getAddress();

  /** Hands over a task; fails if the TaskExecutor refuses it or does not answer in time. */
  CompletableFuture<Acknowledge> submitTask(TaskDeploymentDescriptor task, Duration timeout);

  /** Asks for the cancellation of an attempt; a task submitted before is cancelled too. */
  CompletableFuture<Acknowledge> cancelTask(ExecutionAttemptID attemptId, Duration timeout);

  /** Gives a slot back; what was asked for before reaches the TaskExecutor before. */
  CompletableFuture<Acknowledge> freeSlot(
      AllocationID allocationId, String reason, Duration timeout);
}
