package org.stellwerk.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;

/**
 * What went wrong in a job, newest last: a bounded number of incidents, each with a bounded number
 * of failures that came with it. In the JobMaster's main thread; soft state.
 */
public final class ExceptionHistory {

  static final int MAX_CONCURRENT = 50;

  /** One incident; failures can be added as long as its tasks were not started again. */
  public static final class Incident {

    private ExceptionHistoryEntry root;
    private boolean rootIsConsequence;
    private final List<ExceptionHistoryEntry> concurrent = new ArrayList<>();

    private Incident(ExceptionHistoryEntry root, boolean rootIsConsequence) {
      this.root = root;
      this.rootIsConsequence = rootIsConsequence;
    }

    /**
     * One more failure. It becomes the root if it explains the one that is.
     *
     * @param consequence whether it only follows from another failure
     * @return whether it is the root now
     */
    boolean add(ExceptionHistoryEntry failure, boolean consequence) {
      boolean explains = rootIsConsequence && !consequence;
      ExceptionHistoryEntry other = explains ? root : failure;
      if (explains) {
        root = failure;
        rootIsConsequence = false;
      }
      if (concurrent.size() < MAX_CONCURRENT) {
        concurrent.add(other);
      }
      return explains;
    }

    private ExceptionHistoryEntry snapshot() {
      return new ExceptionHistoryEntry(
          root.exception(),
          root.timestamp(),
          root.attemptId(),
          root.taskName(),
          root.location(),
          concurrent);
    }
  }

  private final int maxIncidents;
  private final Deque<Incident> incidents = new ArrayDeque<>();

  /** An empty history that keeps so many incidents. */
  ExceptionHistory(int maxIncidents) {
    this.maxIncidents = maxIncidents;
  }

  /** A new incident; the oldest is forgotten if there are too many. */
  Incident begin(ExceptionHistoryEntry root, boolean rootIsConsequence) {
    Incident incident = new Incident(root, rootIsConsequence);
    incidents.addLast(incident);
    if (incidents.size() > maxIncidents) {
      incidents.removeFirst();
    }
    return incident;
  }

  /** All incidents, oldest first. */
  List<ExceptionHistoryEntry> snapshot() {
    return incidents.stream().map(Incident::snapshot).toList();
  }
}
