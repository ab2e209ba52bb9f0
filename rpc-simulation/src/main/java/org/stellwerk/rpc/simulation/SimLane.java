package org.stellwerk.rpc.simulation;

/** A sequence of events that happen in the order in which they were scheduled, also at one time. */
final class SimLane {

  private long lastTime = Long.MIN_VALUE;
  private long lastTieBreak = Long.MIN_VALUE;
  private long heldUpNanos = -1;
  private long heldUpTieBreak;

  /** Puts the event, whose time and tie-break were drawn, behind those before. */
  void append(SimEvent event) {
    event.lane = this;
    if (event.timeNanos <= lastTime) {
      event.timeNanos = lastTime;
      event.tieBreak = Math.max(event.tieBreak, lastTieBreak);
    }
    lastTime = event.timeNanos;
    lastTieBreak = event.tieBreak;
  }

  /** The events before are gone: from now on a new sequence begins. */
  void restart() {
    lastTime = Long.MIN_VALUE;
    lastTieBreak = Long.MIN_VALUE;
  }

  /**
   * The tie-break for the next event that was held up and happens now; to be called in the order of
   * the events.
   */
  long tieBreakAt(long now, long drawn) {
    heldUpTieBreak = now == heldUpNanos ? Math.max(heldUpTieBreak, drawn) : drawn;
    heldUpNanos = now;
    return heldUpTieBreak;
  }
}
