package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.SlotOffer;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * The slot pool as its JobMaster and scheduler see it. A component on the JobMaster's main thread,
 * called directly: as an actor of its own it raced with its owner (FLINK-9911, FLINK-11375,
 * FLINK-10431).
 */
public interface SlotPoolGateway {

  /**
   * Declares how many slots the job needs in all; replaces what was declared before and tells the
   * listener. Slots beyond the need are given back when they have been free for the idle timeout.
   */
  void declareRequiredResources(int numberOfSlots);

  /** What was declared last. */
  int requiredResources();

  /** How many slots the job has on TaskExecutors from which it is not to move away. */
  int stayingSlots();

  /**
   * Asks for slots, all or none. They must have been declared. Cancelling what is returned
   * withdraws the request.
   *
   * @return fails with NoResourceAvailableException at the timeout, or if the ResourceManager
   *     cannot give enough and the request does not wait for more
   */
  CompletableFuture<List<AllocatedSlot>> requestSlots(SlotRequest request);

  /** Takes back a slot that a request was given and of which nobody has a share. */
  void returnUnused(AllocatedSlot slot);

  /** From now on offers of the TaskExecutor are considered. */
  void registerTaskManager(ResourceID taskManagerId);

  /**
   * The TaskExecutor is gone: so are its slots, and their payloads fail.
   *
   * @return whether it was registered
   */
  boolean releaseTaskManager(ResourceID taskManagerId, Throwable cause);

  /**
   * Takes the slots that the job needs; a slot that it has from the same TaskExecutor is accepted
   * again.
   *
   * @return the accepted ones, in their order; none if the TaskExecutor is not registered
   */
  List<SlotOffer> offerSlots(
      TaskManagerLocation location, TaskManagerGateway gateway, Collection<SlotOffer> offers);

  /**
   * Takes over a slot that the job had under an earlier leader, whether it is needed or not. It is
   * for tasks that are in it; without any it is to be returned as unused.
   *
   * @return the slot; empty if the TaskExecutor is not registered, or the job has the slot
   */
  Optional<AllocatedSlot> adoptSlot(
      TaskManagerLocation location, TaskManagerGateway gateway, SlotOffer held);

  /**
   * One slot is lost: its payloads fail. Ignored if the job does not have it from that
   * TaskExecutor.
   *
   * @return whether that was the last slot of the TaskExecutor
   */
  boolean failAllocation(ResourceID taskManagerId, AllocationID allocationId, Throwable cause);

  /** Gives a slot back to its TaskExecutor; its payloads fail. Ignored if the job has it not. */
  void freeSlot(AllocationID allocationId, String reason);

  /** The ResourceManager cannot give all slots: what the whole cluster is too small for fails. */
  void notifyNotEnoughResourcesAvailable(int acquiredSlots, int totalSlots);

  /** Gives all slots back and takes none any more. Idempotent. */
  void close(String reason);

  /** How many slots there are that nobody was given or waits for. */
  int spareSlots();

  /**
   * The TaskExecutors from which the job is to move away, all of them. Their slots do not count
   * towards the need, so that others are asked for; those that are free are given back, the others
   * when they become free. Those that are not named any more count again.
   */
  void setDraining(Collection<ResourceID> taskManagerIds);

  /** Whether the job is to move away from the TaskExecutor. */
  boolean isDraining(ResourceID taskManagerId);
}
