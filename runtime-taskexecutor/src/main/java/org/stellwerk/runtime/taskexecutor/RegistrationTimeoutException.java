package org.stellwerk.runtime.taskexecutor;

/** No ResourceManager took the TaskExecutor in within its time; the process ends. */
public class RegistrationTimeoutException extends Exception {

  public RegistrationTimeoutException(String message) {
    super(message);
  }
}
