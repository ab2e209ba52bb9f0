package org.stellwerk.simulation.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * The operations on one job, and the search for an order that explains them (Wing and Gong's, with
 * the states that were tried remembered). The model has four states: ABSENT, ACTIVE, CANCELLING,
 * ENDED; a job that is there may end by itself at any time. As the search follows the set of states
 * that are possible, a history of few operations takes microseconds.
 */
final class JobHistory {

  private static final int ABSENT = 1;
  private static final int ACTIVE = 2;
  private static final int CANCELLING = 4;
  private static final int ENDED = 8;

  /** What an operation does, and what it needs to be possible. */
  enum Effect {
    /** Not known to have done anything. */
    NONE,
    /** The job was accepted: it was not there. */
    SUBMIT,
    /** The job may have been accepted. */
    MAY_SUBMIT,
    /** The job was cancelled: it was there. */
    CANCEL,
    /** The job may have been cancelled. */
    MAY_CANCEL,
    /** The job was there. */
    WAS_THERE,
    /** The job was not there. */
    WAS_NOT_THERE,
    /** The job was there, and neither over nor being cancelled. */
    WAS_ACTIVE,
    /** The job was being cancelled. */
    WAS_CANCELLING,
    /** The job was over. */
    WAS_ENDED,
    /** A cancellation may have been forgotten. */
    MAY_FORGET;

    static Effect seen(JobStatus status) {
      if (status.isGloballyTerminal()) {
        return WAS_ENDED;
      }
      return status == JobStatus.CANCELLING ? WAS_CANCELLING : WAS_ACTIVE;
    }

    /** The states that are possible afterwards; 0 if it cannot have happened. */
    int apply(int states) {
      int after =
          switch (this) {
            case NONE -> states;
            case SUBMIT -> (states & ABSENT) != 0 ? ACTIVE : 0;
            case MAY_SUBMIT -> states | ((states & ABSENT) != 0 ? ACTIVE : 0);
            case CANCEL ->
                (states & ENDED) | ((states & (ACTIVE | CANCELLING)) != 0 ? CANCELLING : 0);
            case MAY_CANCEL -> states | ((states & ACTIVE) != 0 ? CANCELLING : 0);
            case WAS_THERE -> states & ~ABSENT;
            case WAS_NOT_THERE -> states & ABSENT;
            case WAS_ACTIVE -> states & ACTIVE;
            case WAS_CANCELLING -> states & CANCELLING;
            case WAS_ENDED -> states & ENDED;
            case MAY_FORGET -> states | ((states & CANCELLING) != 0 ? ACTIVE : 0);
          };
      return (after & (ACTIVE | CANCELLING)) != 0 ? after | ENDED : after;
    }
  }

  /** One operation, from its question to its answer. */
  static final class Operation {

    private final long begun;
    private long ended = Long.MAX_VALUE;
    private Effect effect;

    Operation(long begun, Effect unknown) {
      this.begun = begun;
      this.effect = unknown;
    }

    void end(long step, Effect known) {
      ended = step;
      effect = known;
    }

    private boolean overlaps(Operation later) {
      return later.begun < ended;
    }

    private Operation as(Effect other) {
      Operation copy = new Operation(begun, other);
      copy.end(ended, other);
      return copy;
    }

    private boolean isOpen() {
      return ended == Long.MAX_VALUE;
    }

    @Override
    public String toString() {
      return effect + " [" + begun + ", " + (isOpen() ? "?" : ended) + "]";
    }
  }

  private final JobID jobId;
  private final List<Operation> operations = new ArrayList<>();

  JobHistory(JobID jobId) {
    this.jobId = jobId;
  }

  /** An operation begins; until it has ended nothing but its possible effect is known. */
  Operation begin(long step, Effect unknown) {
    Operation operation = new Operation(step, unknown);
    operations.add(operation);
    return operation;
  }

  /**
   * Whether some order explains the answers.
   *
   * @param leaderChanges the steps at which another session began to lead
   */
  boolean isExplained(List<Long> leaderChanges) {
    List<Operation> all = new ArrayList<>();
    Operation accepted = null;
    for (Operation operation : operations) {
      if (operation.effect == Effect.SUBMIT && accepted != null && accepted.overlaps(operation)) {
        // A repetition during the first submission has the same answer, and no effect of its own.
        all.add(operation.as(Effect.WAS_THERE));
      } else if (operation.effect != Effect.NONE) {
        all.add(operation);
      }
      if (operation.effect == Effect.SUBMIT && accepted == null) {
        accepted = operation;
      }
    }
    for (long step : leaderChanges) {
      Operation change = new Operation(step, Effect.MAY_FORGET);
      change.end(step, Effect.MAY_FORGET);
      all.add(change);
    }
    return new Search(all).explains(new BitSet(), ABSENT);
  }

  private record Tried(BitSet done, int states) {}

  private static final class Search {

    private final List<Operation> operations;
    private final Set<Tried> tried = new HashSet<>();

    Search(List<Operation> operations) {
      this.operations = operations;
    }

    /** Whether what is not done can follow in some order. */
    boolean explains(BitSet done, int states) {
      if (states == 0 || !tried.add(new Tried(done, states))) {
        return false;
      }
      long firstEnd = Long.MAX_VALUE;
      for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
        firstEnd = Math.min(firstEnd, operations.get(i).ended);
      }
      if (firstEnd == Long.MAX_VALUE) {
        return true;
      }
      for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
        Operation next = operations.get(i);
        if (next.begun <= firstEnd) {
          BitSet with = (BitSet) done.clone();
          with.set(i);
          if (explains(with, next.effect.apply(states))) {
            return true;
          }
        }
      }
      return false;
    }
  }

  @Override
  public String toString() {
    return "job " + jobId + ": " + operations;
  }
}
