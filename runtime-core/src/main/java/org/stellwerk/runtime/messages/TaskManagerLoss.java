package org.stellwerk.runtime.messages;

/**
 * How a TaskExecutor came to be lost to whom it was connected with. Whoever learns of it tells the
 * others of its JobManager, so that it is news for all of them at the same moment.
 *
 * @param reason for people
 */
public record TaskManagerLoss(Kind kind, String reason) {

  /** What is known, and how surely. */
  public enum Kind {
    /** It was asked to end, and says goodbye: nobody is to be blamed. */
    ENDED,
    /** Its process is gone. */
    GONE,
    /**
     * Nothing was heard of it for the heartbeat timeout; who heard of it meanwhile knows better.
     */
    SILENT,
    /** It ends this one connection, and goes on. */
    LEFT
  }

  /** It was asked to end. */
  public static TaskManagerLoss ended(String reason) {
    return new TaskManagerLoss(Kind.ENDED, reason);
  }

  /** Its process is gone. */
  public static TaskManagerLoss gone(String reason) {
    return new TaskManagerLoss(Kind.GONE, "its process is gone: " + reason);
  }

  /** It ends its process because of a fault, and says so as its last act. */
  public static TaskManagerLoss failed(String fault) {
    return new TaskManagerLoss(Kind.GONE, "it ends because of a fault: " + fault);
  }

  /** Nothing was heard of it for so many milliseconds. */
  public static TaskManagerLoss silent(long timeoutMs) {
    return new TaskManagerLoss(Kind.SILENT, "nothing was heard of it for " + timeoutMs + " ms");
  }

  /** It goes on, but not with this peer. */
  public static TaskManagerLoss left(String reason) {
    return new TaskManagerLoss(Kind.LEFT, reason);
  }

  /** Whether the others of the JobManager are concerned. */
  public boolean concernsEverybody() {
    return kind != Kind.LEFT;
  }
}
