package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;

/** An event with an action of its own: a task, a timer, a step of the test. */
final class SimAction extends SimEvent {

  private final String label;
  private final @Nullable Object context;
  private final Runnable action;

  /**
   * An event that is not scheduled yet.
   *
   * @param context whose it is, see {@link SimScheduler#currentContext()}
   */
  SimAction(
      Kind kind, @Nullable SimNode node, @Nullable Object context, String label, Runnable action) {
    super(kind, node);
    this.context = context;
    this.label = label;
    this.action = action;
  }

  @Override
  void happen() {
    action.run();
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  @Nullable Object context() {
    return context;
  }
}
