package org.stellwerk.runtime.leaderelection;

import org.stellwerk.util.AutoCloseableAsync;

/** Tells one listener who leads, until it is closed. */
public interface LeaderRetrievalService extends AutoCloseableAsync {

  /**
   * Begins to tell; once per service.
   *
   * @throws IllegalStateException if it was begun or closed before
   */
  void start(LeaderRetrievalListener listener);
}
