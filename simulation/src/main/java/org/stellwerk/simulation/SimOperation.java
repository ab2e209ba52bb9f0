package org.stellwerk.simulation;

import org.stellwerk.simulation.SimZnodes.Session;

/**
 * What a client asks of the coordination service, carried out there in one step.
 *
 * @param what for the trace and for people
 * @param body runs in an event of the server; may run again if the answer was lost
 */
record SimOperation<T>(String what, Kind kind, Body<T> body) {

  /** What it touches; the faults of stores are those of reads and writes. */
  enum Kind {
    /** Leadership and its watches. */
    LATCH,
    /** Changes what the leader has published. */
    PUBLISH,
    /** Reads what is stored. */
    READ,
    /** Changes what is stored. */
    WRITE
  }

  /** The server's part. */
  @FunctionalInterface
  interface Body<T> {

    /** Does it for the session; what it throws is the answer. */
    T run(Session session) throws Exception;
  }

  /** An operation on leadership. */
  static <T> SimOperation<T> latch(String what, Body<T> body) {
    return new SimOperation<>(what, Kind.LATCH, body);
  }

  /** An operation that reads. */
  static <T> SimOperation<T> read(String what, Body<T> body) {
    return new SimOperation<>(what, Kind.READ, body);
  }

  /** An operation on what the leader has published. */
  static <T> SimOperation<T> publish(String what, Body<T> body) {
    return new SimOperation<>(what, Kind.PUBLISH, body);
  }

  /** An operation that writes. */
  static <T> SimOperation<T> write(String what, Body<T> body) {
    return new SimOperation<>(what, Kind.WRITE, body);
  }
}
