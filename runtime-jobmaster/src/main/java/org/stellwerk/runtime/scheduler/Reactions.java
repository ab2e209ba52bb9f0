package org.stellwerk.runtime.scheduler;

import java.util.function.Supplier;

/**
 * Lets a scheduler react to what happens one thing after the other: what an action or a reaction
 * sets off is reacted to when it is over, never inside of it. In the JobMaster's main thread.
 */
public final class Reactions {

  private final Runnable reaction;
  private boolean busy;

  /**
   * Nothing has happened.
   *
   * @param reaction looks at everything that has happened since it ran last
   */
  public Reactions(Runnable reaction) {
    this.reaction = reaction;
  }

  /** Does something, and then reacts to all that came of it. */
  public void reactTo(Runnable action) {
    withoutReaction(action);
    react();
  }

  /** Does something without reacting to it. */
  public void withoutReaction(Runnable action) {
    boolean nested = busy;
    busy = true;
    try {
      action.run();
    } finally {
      busy = nested;
    }
  }

  /** As {@link #withoutReaction}, for something that has a result. */
  public <T> T callWithoutReaction(Supplier<T> action) {
    boolean nested = busy;
    busy = true;
    try {
      return action.get();
    } finally {
      busy = nested;
    }
  }

  /** Reacts now, or when what is under way is over. */
  public void react() {
    if (!busy) {
      withoutReaction(reaction);
    }
  }
}
