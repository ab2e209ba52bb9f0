package org.stellwerk.runtime.scheduler.adaptive;

import java.util.EnumSet;
import java.util.Set;

/** The states of an {@link AdaptiveScheduler} and their allowed transitions. */
public enum AdaptiveState {
  CREATED,
  RECONCILING,
  WAITING_FOR_RESOURCES,
  EXECUTING,
  RESTARTING,
  CANCELING,
  FAILING,
  FINISHED;

  /** The states that may follow this one. */
  public Set<AdaptiveState> successors() {
    return switch (this) {
      case CREATED -> EnumSet.of(RECONCILING, WAITING_FOR_RESOURCES, CANCELING, FINISHED);
      case RECONCILING ->
          EnumSet.of(EXECUTING, WAITING_FOR_RESOURCES, RESTARTING, CANCELING, FAILING, FINISHED);
      case WAITING_FOR_RESOURCES -> EnumSet.of(EXECUTING, CANCELING, FAILING, FINISHED);
      case EXECUTING -> EnumSet.of(RESTARTING, CANCELING, FAILING, FINISHED);
      case RESTARTING -> EnumSet.of(WAITING_FOR_RESOURCES, CANCELING, FINISHED);
      case FAILING -> EnumSet.of(CANCELING, FINISHED);
      case CANCELING -> EnumSet.of(FINISHED);
      case FINISHED -> EnumSet.noneOf(AdaptiveState.class);
    };
  }
}
