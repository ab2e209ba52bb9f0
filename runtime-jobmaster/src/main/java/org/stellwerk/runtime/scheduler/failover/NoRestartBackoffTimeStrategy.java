package org.stellwerk.runtime.scheduler.failover;

/** Never starts anything again. */
final class NoRestartBackoffTimeStrategy implements RestartBackoffTimeStrategy {

  private static final GiveUp NEVER = new GiveUp("restart-strategy.type is none");

  @Override
  public Decision notifyFailure(boolean taskManagerLost, long nowMs) {
    return NEVER;
  }

  @Override
  public Decision onIntendedEnd() {
    return NEVER;
  }
}
