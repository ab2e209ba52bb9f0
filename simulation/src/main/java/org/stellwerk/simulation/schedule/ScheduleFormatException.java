package org.stellwerk.simulation.schedule;

/** A text is not a schedule; the message names the line and what was expected there. */
public final class ScheduleFormatException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final int line;

  ScheduleFormatException(int line, String message) {
    super(line == 0 ? message : "line " + line + ": " + message);
    this.line = line;
  }

  /** The number of the line, from 1 on; 0 if something is missing altogether. */
  public int line() {
    return line;
  }
}
