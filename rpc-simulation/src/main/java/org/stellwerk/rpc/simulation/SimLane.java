package org.stellwerk.rpc.simulation;

/** A sequence of events that happen in the order in which they were scheduled, also at one time. */
final class SimLane {

  private long lastTime = Long.MIN_VALUE;
  private long lastTieBreak = Long.MIN_VALUE;

  /** Puts the event, whose time and tie-break were drawn, behind those before. */
  void append(SimEvent event) {
    if (event.timeNanos <= lastTime) {
      event.timeNanos = lastTime;
      event.tieBreak = Math.max(event.tieBreak, lastTieBreak);
    }
    lastTime = event.timeNanos;
    lastTieBreak = event.tieBreak;
  }

  /** Nothing more in this lane happens before the time. */
  void notBefore(long timeNanos) {
    if (timeNanos > lastTime) {
      lastTime = timeNanos;
      lastTieBreak = Long.MIN_VALUE;
    }
  }
}
