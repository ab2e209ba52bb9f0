package org.stellwerk.runtime.cluster;

/**
 * The states of a leader session in its process.
 *
 * <pre>
 * STARTING → SERVING → CONFIRMED
 *   any of those → CLOSING → CLOSED
 * </pre>
 */
public enum LeaderSessionState {
  /** Its endpoints have been made; the stored jobs are being recovered. */
  STARTING,
  /** It answers, but nobody knows its address yet. */
  SERVING,
  /** Its address has been published. */
  CONFIRMED,
  /** Leadership is lost or given up; its endpoints are ending. */
  CLOSING,
  /** Its endpoints have ended. */
  CLOSED;

  /** Whether the transition is allowed. */
  boolean canBecome(LeaderSessionState next) {
    return switch (next) {
      case STARTING -> false;
      case SERVING -> this == STARTING;
      case CONFIRMED -> this == SERVING;
      case CLOSING -> compareTo(CLOSING) < 0;
      case CLOSED -> this == CLOSING;
    };
  }
}
