package org.stellwerk.runtime.scheduler.adaptive;

/** The job is over, for the cluster or for this leader session; nothing changes that. */
final class Finished implements State {

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.FINISHED;
  }

  @Override
  public void checkInvariants(boolean nothingRuns) {
    if (!nothingRuns) {
      throw new IllegalStateException("The job is " + kind() + ", but has tasks");
    }
  }
}
