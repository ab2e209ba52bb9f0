package org.stellwerk.dist;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.classloading.UserClassLoader;
import org.stellwerk.util.FatalErrorHandler;

/**
 * What becomes of an error that a thread did not catch. In a thread of the product that is a fault,
 * which ends the process. A thread that user code has made, which its context class loader tells,
 * may end as it likes: that is logged, but for errors of the JVM itself.
 */
final class UncaughtErrors implements Thread.UncaughtExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(UncaughtErrors.class);

  private final FatalErrorHandler faults;

  UncaughtErrors(FatalErrorHandler faults) {
    this.faults = faults;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    boolean ofUser = thread.getContextClassLoader() instanceof UserClassLoader;
    boolean ofJvm = error instanceof VirtualMachineError && !(error instanceof StackOverflowError);
    if (ofUser && !ofJvm) {
      LOG.error(
          "Thread '{}', made by user code, has ended with an error.", thread.getName(), error);
    } else {
      faults.onFatalError(error);
    }
  }
}
