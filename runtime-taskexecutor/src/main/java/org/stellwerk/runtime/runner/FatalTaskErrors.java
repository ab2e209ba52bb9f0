package org.stellwerk.runtime.runner;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which errors of user code leave the whole JVM in doubt, so that its process has to end. A task
 * that overflows its stack, or asks for an array that no heap could hold, harms itself only.
 */
final class FatalTaskErrors {

  private static final int MAX_DEPTH = 20;

  private final boolean exitOnOutOfMemory;

  /**
   * The rules of a process.
   *
   * @param exitOnOutOfMemory whether running out of heap, direct memory or threads is one of them
   */
  FatalTaskErrors(boolean exitOnOutOfMemory) {
    this.exitOnOutOfMemory = exitOnOutOfMemory;
  }

  /**
   * Why the process has to end, with what to do about it; empty if it need not.
   *
   * @param place what met the failure, such as "task map (1/2)"
   */
  Optional<FatalTaskException> check(String place, Throwable failure) {
    VirtualMachineError error = errorIn(failure);
    if (error == null || error instanceof StackOverflowError) {
      return Optional.empty();
    }
    String advice = "";
    if (error instanceof OutOfMemoryError memory) {
      Shortage shortage = Shortage.of(memory);
      if (!shortage.endsProcess(exitOnOutOfMemory)) {
        return Optional.empty();
      }
      advice = shortage.advice;
    }
    return Optional.of(
        new FatalTaskException(
            error.getClass().getSimpleName() + ": " + error.getMessage() + ", in " + place + advice,
            error));
  }

  /** User code may have wrapped the error, and its exceptions may do anything when asked. */
  private static @Nullable VirtualMachineError errorIn(Throwable failure) {
    Throwable current = failure;
    for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
      if (current instanceof VirtualMachineError error) {
        return error;
      }
      try {
        current = current.getCause();
      } catch (RuntimeException e) {
        return null;
      }
    }
    return null;
  }

  /** What there was too little of. */
  private enum Shortage {
    HEAP(". Raise taskmanager.memory.heap.size, or give the task less to hold"),
    METASPACE(
        ". Classes are loaded that are never released: look for threads and static fields of"
            + " libraries that keep those of jobs, or raise -XX:MaxMetaspaceSize"),
    DIRECT(". Raise -XX:MaxDirectMemorySize in env.java.opts.taskmanager"),
    THREADS(". The system allows no more threads: raise its limit, or start fewer"),
    ARRAY("");

    private final String advice;

    Shortage(String advice) {
      this.advice = advice;
    }

    static Shortage of(OutOfMemoryError error) {
      String message = String.valueOf(error.getMessage());
      if (message.contains("Metaspace") || message.contains("Compressed class space")) {
        return METASPACE;
      }
      if (message.contains("direct")) {
        return DIRECT;
      }
      if (message.contains("native thread")) {
        return THREADS;
      }
      return message.contains("exceeds VM limit") ? ARRAY : HEAP;
    }

    boolean endsProcess(boolean exitOnOutOfMemory) {
      return switch (this) {
        case METASPACE -> true;
        case ARRAY -> false;
        case HEAP, DIRECT, THREADS -> exitOnOutOfMemory;
      };
    }
  }
}
