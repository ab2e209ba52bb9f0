package org.stellwerk.runtime.messages;

/**
 * Whether a TaskExecutor gives slots and takes tasks. It keeps this itself and reports it, so that
 * it outlives any leader; it is forgotten when the process ends.
 *
 * @param version grows with each change, so that an older report is recognised
 */
public record Availability(Mode mode, long version) {

  /** How a TaskExecutor begins. */
  public static final Availability INITIAL = new Availability(Mode.OPEN, 0);

  /** What may be done with it. */
  public enum Mode {
    /** Everything. */
    OPEN,
    /** It gives no slot to anybody; jobs keep those that they have, and may start tasks there. */
    CORDONED,
    /** As CORDONED; no task starts any more, and those that run are moved away. */
    DRAINING
  }

  /** After an order; the same if there is nothing to be changed. */
  public Availability changedTo(Mode next) {
    return next == mode ? this : new Availability(next, version + 1);
  }

  /** Whether it gives slots. */
  public boolean isOpen() {
    return mode == Mode.OPEN;
  }

  /** Whether its tasks are moved away. */
  public boolean isDraining() {
    return mode == Mode.DRAINING;
  }
}
