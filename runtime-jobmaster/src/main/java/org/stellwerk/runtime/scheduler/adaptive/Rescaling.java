package org.stellwerk.runtime.scheduler.adaptive;

import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * When a job that runs gets another parallelism. Not before the cool-down after its start is over;
 * then at once if it can have all that it wants, and after the stabilization timeout, in which more
 * slots may come, if it can have some more. Less than the least increase is not worth a restart.
 * New requirements wait for no cool-down, and a parallelism that they forbid ends as soon as one
 * that they allow is possible. A job that is to move away from TaskManagers that are being drained
 * does so with the slots elsewhere: at once if it keeps its parallelism, else after the
 * stabilization timeout. Component of {@link Executing}.
 */
final class Rescaling {

  private final StateContext context;
  private final Executing job;
  private final VertexParallelism current;
  private @Nullable ScheduledFuture<?> stabilization;
  private boolean coolingDown;

  Rescaling(StateContext context, Executing job, VertexParallelism current) {
    this.context = context;
    this.job = job;
    this.current = current;
  }

  /** The job has just started. */
  void start() {
    coolingDown = true;
    context.runLater(job, context.settings().cooldown(), this::onCooledDown);
  }

  private void onCooledDown() {
    coolingDown = false;
    look();
  }

  void onSlotsChanged() {
    if (!coolingDown || context.isToMove()) {
      look();
    }
  }

  void onRequirementsChanged() {
    coolingDown = false;
    look();
  }

  private void look() {
    Optional<VertexParallelism> better = better();
    if (better.isEmpty()) {
      cancelStabilization();
    } else if (isAllThatIsWanted(better.get())) {
      job.rescale(better.get());
    } else if (stabilization == null) {
      stabilization =
          context.runLater(
              job,
              context.settings().executingStabilizationTimeout(),
              () -> {
                stabilization = null;
                better().ifPresent(job::rescale);
              });
    }
  }

  private boolean isAllThatIsWanted(VertexParallelism next) {
    return !current.isWithin(context.choice())
        || next.equals(context.choice().most())
        || (context.isToMove() && next.total() >= current.total());
  }

  private Optional<VertexParallelism> better() {
    return context
        .choice()
        .choose(context.slots())
        .filter(
            possible ->
                !current.isWithin(context.choice())
                    || context.isToMove()
                    || isWorthARestart(possible));
  }

  private boolean isWorthARestart(VertexParallelism next) {
    return context.mayGrow()
        && next.total() - current.total() >= context.settings().minParallelismIncrease();
  }

  private void cancelStabilization() {
    ScheduledFuture<?> armed = stabilization;
    stabilization = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }
}
