package org.stellwerk.runtime.scheduler.adaptive;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.exceptions.NoResourceAvailableException;
import org.stellwerk.runtime.options.AdaptiveSchedulerOptions;
import org.stellwerk.runtime.scheduler.JobFailure;

/**
 * No task runs; the job collects slots. It goes on at once when it has as many as it wants; with
 * fewer, but enough for the lower bounds, after the stabilization timeout, in which more may come;
 * and it fails if it has not even these after the wait timeout.
 */
final class WaitingForResources implements State {

  private final StateContext context;
  private int wanted;
  private @Nullable ScheduledFuture<?> stabilization;

  WaitingForResources(StateContext context, int wanted) {
    this.context = context;
    this.wanted = wanted;
  }

  @Override
  public AdaptiveState kind() {
    return AdaptiveState.WAITING_FOR_RESOURCES;
  }

  @Override
  public void onEnter() {
    context.runLater(this, context.settings().resourceWaitTimeout(), this::onTimeout);
    onSlotsChanged();
  }

  @Override
  public void onRequirementsChanged() {
    wanted = context.choice().mostSlots();
    onSlotsChanged();
  }

  @Override
  public void onSlotsChanged() {
    Optional<VertexParallelism> possible = context.choice().choose(context.slots());
    if (possible.isEmpty()) {
      cancelStabilization();
    } else if (context.slots() >= wanted) {
      context.goToExecuting(possible.get());
    } else if (stabilization == null) {
      stabilization =
          context.runLater(
              this, context.settings().submissionStabilizationTimeout(), this::goWithWhatIsThere);
    }
  }

  private void cancelStabilization() {
    ScheduledFuture<?> armed = stabilization;
    stabilization = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }

  private void goWithWhatIsThere() {
    stabilization = null;
    context.choice().choose(context.slots()).ifPresent(context::goToExecuting);
  }

  private void onTimeout() {
    Optional<VertexParallelism> possible = context.choice().choose(context.slots());
    if (possible.isPresent()) {
      context.goToExecuting(possible.get());
      return;
    }
    NoResourceAvailableException cause =
        new NoResourceAvailableException(
            "Slots were not available in time: the job needs at least "
                + context.choice().fewestSlots()
                + ", available were "
                + context.slots()
                + " after "
                + context.settings().resourceWaitTimeout().toMillis()
                + " ms ("
                + AdaptiveSchedulerOptions.RESOURCE_WAIT_TIMEOUT.key()
                + "). Add TaskManagers or lower the bounds of the parallelism");
    context.goToFailing(
        context.failures().begin(List.of(JobFailure.ofJob(cause))), "there are too few slots");
  }

  @Override
  public void cancel() {
    context.goToCanceling();
  }

  @Override
  public void checkInvariants(boolean nothingRuns) {
    if (!nothingRuns) {
      throw new IllegalStateException("The job is " + kind() + ", but has tasks");
    }
  }
}
