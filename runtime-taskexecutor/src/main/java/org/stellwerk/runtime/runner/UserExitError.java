package org.stellwerk.runtime.runner;

/**
 * User code has called System.exit, Runtime.exit or Runtime.halt, which would have ended the whole
 * TaskManager. Fails the task instead, as any failure of user code does. An Error, so that user
 * code that handles all exceptions does not take it for one of its own.
 */
public final class UserExitError extends Error {

  private static final long serialVersionUID = 1L;

  UserExitError(String message) {
    super(message);
  }
}
