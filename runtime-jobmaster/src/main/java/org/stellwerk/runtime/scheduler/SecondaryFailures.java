package org.stellwerk.runtime.scheduler;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.SerializedThrowable;

/**
 * Tells failures that only follow from another task's failure: a consumer whose producer failed
 * reports that, and often sooner than the producer reports why.
 */
final class SecondaryFailures {

  private static final String PRODUCER_FAILED = "org.stellwerk.runtime.io.ProducerFailedException";

  private SecondaryFailures() {}

  /** Whether another task's failure is named somewhere in the chain of causes. */
  static boolean isSecondary(SerializedThrowable failure) {
    for (@Nullable SerializedThrowable current = failure;
        current != null;
        current = current.cause()) {
      if (current.className().equals(PRODUCER_FAILED)) {
        return true;
      }
    }
    return false;
  }
}
