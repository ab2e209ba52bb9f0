package org.stellwerk.runtime.runner;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What user code calls where its source says System.exit and the like; {@link ExitRewriter} sees to
 * that. Public because the rewritten classes of all jobs call it; nobody else does. Tells the class
 * loader of the caller's job, whose tasks fail even if user code swallows the error, and throws.
 */
public final class ExitCalls {

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private ExitCalls() {}

  /** In the place of System.exit. */
  public static void exit(int status) {
    refuse("System.exit(" + status + ")");
  }

  /** In the place of Runtime.exit. */
  public static void exit(Runtime runtime, int status) {
    Objects.requireNonNull(runtime);
    refuse("Runtime.exit(" + status + ")");
  }

  /** In the place of Runtime.halt. */
  public static void halt(Runtime runtime, int status) {
    Objects.requireNonNull(runtime);
    refuse("Runtime.halt(" + status + ")");
  }

  /** Before Method.invoke. */
  public static void checkInvoked(@Nullable Method method) {
    if (method != null
        && ExitRewriter.isExit(method.getDeclaringClass().getName(), method.getName())) {
      refuse(
          method.getDeclaringClass().getSimpleName() + "." + method.getName() + " by reflection");
    }
  }

  private static void refuse(String call) {
    Optional<StackFrame> caller = STACK.walk(ExitCalls::firstOfUser);
    UserExitError failure =
        new UserExitError(
            "User code called "
                + call
                + caller.map(frame -> " in " + describe(frame)).orElse("")
                + ". That would end the TaskManager and the tasks of other jobs; only this task"
                + " fails. To end a task return from invoke(), or throw");
    caller
        .map(frame -> frame.getDeclaringClass().getClassLoader())
        .filter(JobClassLoader.class::isInstance)
        .map(JobClassLoader.class::cast)
        .ifPresent(loader -> loader.exitCalled(failure));
    throw failure;
  }

  private static Optional<StackFrame> firstOfUser(Stream<StackFrame> frames) {
    return frames
        .filter(frame -> frame.getDeclaringClass().getClassLoader() instanceof JobClassLoader)
        .findFirst();
  }

  private static String describe(StackFrame frame) {
    String place = frame.getClassName() + "." + frame.getMethodName();
    return frame.getFileName() == null
        ? place
        : place + " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
  }
}
