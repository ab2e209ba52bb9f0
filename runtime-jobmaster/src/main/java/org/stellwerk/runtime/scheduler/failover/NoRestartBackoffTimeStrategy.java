package org.stellwerk.runtime.scheduler.failover;

/** Never starts anything again. */
final class NoRestartBackoffTimeStrategy implements RestartBackoffTimeStrategy {

  @Override
  public Decision notifyFailure(boolean taskManagerLost, long nowMs) {
    return new GiveUp("restart-strategy.type is none");
  }
}
