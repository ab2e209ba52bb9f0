package org.stellwerk.benchmarks.cluster;

import java.io.IOException;

/** REST says that there is no leader at this moment: to be asked again. */
final class NoLeaderException extends IOException {

  private static final long serialVersionUID = 1L;

  NoLeaderException(String message) {
    super(message);
  }
}
