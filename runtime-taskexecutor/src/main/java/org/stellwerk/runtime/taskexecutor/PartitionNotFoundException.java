package org.stellwerk.runtime.taskexecutor;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;

/**
 * What a task was to read is not there: its producer did not turn up in time, or is another
 * attempt; or the finished result of its producer cannot be read any more. In the last case it
 * names the producer, which then has to run again.
 */
public final class PartitionNotFoundException extends IOException {

  private static final long serialVersionUID = 1L;
  private static final int MAX_DEPTH = 20;

  private final transient @Nullable ExecutionAttemptID finishedProducer;

  /** A producer that is to run at the same time. */
  public PartitionNotFoundException(String message) {
    super(message);
    this.finishedProducer = null;
  }

  /** A producer that has finished, but whose result is gone, damaged or out of reach. */
  public PartitionNotFoundException(
      String message, ExecutionAttemptID finishedProducer, @Nullable Throwable cause) {
    super(message, cause);
    this.finishedProducer = finishedProducer;
  }

  /** The finished producer that a failure names, if it does. */
  static Optional<ExecutionAttemptID> finishedProducerIn(Throwable failure) {
    @Nullable Throwable current = failure;
    for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
      if (current instanceof PartitionNotFoundException found && found.finishedProducer != null) {
        return Optional.of(found.finishedProducer);
      }
      current = current.getCause();
    }
    return Optional.empty();
  }
}
