package org.stellwerk.runtime.runner;

/** User code met an error that leaves the whole JVM in doubt; goes to the fatal error handler. */
public final class FatalTaskException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * The error with what met it.
   *
   * @param message one line for whoever looks after the cluster
   */
  public FatalTaskException(String message, VirtualMachineError cause) {
    super(message, cause);
  }
}
