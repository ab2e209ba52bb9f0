package org.stellwerk.runtime.embedded;

import java.util.UUID;
import java.util.function.Supplier;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** Lets a write pass while its session is the current one, and excludes a change meanwhile. */
interface SessionFence {

  /**
   * Runs the write, atomically with the check.
   *
   * @throws NotLeaderException if the session is not the current one; the write did not run
   */
  <T> T whileLeading(UUID leaderSessionId, Supplier<T> write) throws NotLeaderException;

  /** Runs a read, atomically with respect to the writes. */
  <T> T read(Supplier<T> read);
}
