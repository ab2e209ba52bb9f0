package org.stellwerk.runtime.scheduler.adaptive;

/** The job is over, for the cluster or for this leader session; nothing changes that. */
final class Finished implements State {

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.FINISHED;
  }
}
