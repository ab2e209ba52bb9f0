package org.stellwerk.util;

/**
 * Where faults go: bugs, broken invariants, errors that leave the process in an unknown state. In a
 * real process the handler logs and ends it; in tests and in the simulator it records.
 */
@FunctionalInterface
public interface FatalErrorHandler {

  /** Reports a fault. May be called from any thread and more than once; returns at once. */
  void onFatalError(Throwable exception);
}
