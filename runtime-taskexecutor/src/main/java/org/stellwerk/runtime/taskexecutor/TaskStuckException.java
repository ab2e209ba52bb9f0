package org.stellwerk.runtime.taskexecutor;

/**
 * A task does not end though it was cancelled and interrupted. What JobMasters are told has this
 * class and the stack of the task's thread; it is never thrown.
 */
public final class TaskStuckException extends Exception {

  private static final long serialVersionUID = 1L;

  private TaskStuckException() {}
}
