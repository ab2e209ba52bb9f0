package org.stellwerk.runtime.messages;

/** What a subtask has read and written so far. */
public record IOMetrics(long recordsIn, long recordsOut, long bytesIn, long bytesOut) {

  /** Nothing yet. */
  public static final IOMetrics ZERO = new IOMetrics(0, 0, 0, 0);

  /** The sum, for a whole vertex. */
  public IOMetrics plus(IOMetrics other) {
    return new IOMetrics(
        recordsIn + other.recordsIn,
        recordsOut + other.recordsOut,
        bytesIn + other.bytesIn,
        bytesOut + other.bytesOut);
  }
}
