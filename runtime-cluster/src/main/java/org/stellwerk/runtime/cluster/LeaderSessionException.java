package org.stellwerk.runtime.cluster;

import java.util.UUID;
import org.stellwerk.util.ExceptionUtils;

/**
 * A leader session could not start though it leads: what is stored cannot be used. The process ends
 * and gives way to another; the cause names what is damaged and what to do.
 */
public class LeaderSessionException extends Exception {

  private static final long serialVersionUID = 1L;

  public LeaderSessionException(UUID leaderSessionId, Throwable cause) {
    super(
        "Leader session " + leaderSessionId + " could not start: " + ExceptionUtils.describe(cause),
        cause);
  }
}
