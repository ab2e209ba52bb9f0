package org.stellwerk.runtime.jobmaster;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.messages.TaskExecutorHeartbeat;

/**
 * Compares the slots that a job has at one TaskExecutor with those that this reports: an
 * acceptance, a request to free, or the news that a slot is gone may have been lost. What differs
 * is believed when two reports in a row say so, as one may have been on its way. Component of the
 * JobMaster, in its main thread; soft state, ends with the TaskExecutor's connection.
 */
final class SlotReconciler {

  /**
   * What two reports have confirmed.
   *
   * @param missing the job believes to have them, the TaskExecutor does not
   * @param unwanted the TaskExecutor keeps them for the job, which does not have them
   */
  record Difference(List<AllocationID> missing, List<AllocationID> unwanted) {}

  private Set<AllocationID> doubtful = new LinkedHashSet<>();

  /**
   * Takes a report.
   *
   * @param held the slots that the job has there
   */
  Difference compare(List<AllocationID> held, TaskExecutorHeartbeat.ToJobMaster report) {
    Set<AllocationID> missing = new LinkedHashSet<>(held);
    report.activeSlots().forEach(missing::remove);
    report.offeredSlots().forEach(missing::remove);
    Set<AllocationID> unwanted = new LinkedHashSet<>(report.activeSlots());
    held.forEach(unwanted::remove);
    Difference confirmed = new Difference(doubted(missing), doubted(unwanted));
    doubtful = missing;
    doubtful.addAll(unwanted);
    return confirmed;
  }

  private List<AllocationID> doubted(Set<AllocationID> now) {
    List<AllocationID> again = new ArrayList<>(now);
    again.retainAll(doubtful);
    return again;
  }
}
