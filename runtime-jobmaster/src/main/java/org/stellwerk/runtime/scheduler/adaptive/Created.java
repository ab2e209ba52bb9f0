package org.stellwerk.runtime.scheduler.adaptive;

/** Nothing has happened: slots are not asked for. */
final class Created implements State {

  private final StateContext context;

  Created(StateContext context) {
    this.context = context;
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.CREATED;
  }

  /** Begins. */
  void start() {
    context.goToWaitingForResources(context.choice().mostSlots());
  }

  @Override
  public void cancel() {
    context.goToCanceling();
  }
}
