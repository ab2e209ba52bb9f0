package org.stellwerk.dist;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.classloading.UserClassLoader;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.FatalErrorHandler;

/**
 * What becomes of an error that a thread did not catch. In a thread of the product that is a fault,
 * which ends the process. A thread that user code has made, which its context class loader tells,
 * may end as it likes: that is logged, but for errors of the JVM itself, for which there are rules.
 */
final class UncaughtErrors implements Thread.UncaughtExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(UncaughtErrors.class);

  private final FatalErrorHandler faults;
  private volatile UserErrorRules rules =
      (thread, error) ->
          ExceptionUtils.leavesProcessInDoubt(error) ? Optional.of(error) : Optional.empty();

  /** Whether the process has to end. */
  @FunctionalInterface
  interface UserErrorRules {
    /** The fault that an error in a thread of user code is; empty if it is none. */
    Optional<? extends Throwable> faultIn(Thread thread, Throwable error);
  }

  UncaughtErrors(FatalErrorHandler faults) {
    this.faults = faults;
  }

  /** Replaces the rules, by which every error that leaves the process in doubt is a fault. */
  void setUserErrorRules(UserErrorRules rules) {
    this.rules = rules;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    if (!(thread.getContextClassLoader() instanceof UserClassLoader)) {
      faults.onFatalError(error);
      return;
    }
    Optional<? extends Throwable> fault = rules.faultIn(thread, error);
    if (fault.isPresent()) {
      faults.onFatalError(fault.get());
    } else {
      LOG.error(
          "Thread '{}', made by user code, has ended with an error.", thread.getName(), error);
    }
  }
}
