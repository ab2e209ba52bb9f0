package org.stellwerk.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;

class TransitionListenerTest {

  private static final Duration ASK = Duration.ofSeconds(10);

  @Test
  void everyStateMachineTellsItsTransitions() {
    SimWorld world = new SimWorld(1);
    Set<String> seen = new TreeSet<>();
    world.addTransitionListener(
        (node, machine, id, from, to) ->
            seen.add("%s %s: %s -> %s".formatted(node.name(), machine, from, to)));
    world.startJobManager("jm");
    world.startTaskManager("tm", 1);
    JobGraph job =
        new JobGraph(
            new JobID(new UUID(1, 1)),
            "job",
            List.of(SimTaskPlan.finishesAfter(ASK).vertex(new UUID(2, 1), "work", 1)),
            List.of(),
            Map.of(),
            List.of());

    world.await(world.dispatcher().submitJob(job, ASK));
    world.await(world.dispatcher().requestJobResult(job.jobId(), Duration.ofMinutes(1)));
    world.awaitFreeSlots(1, ASK);
    world.coordination().expireSessionOf(world.node("jm"));
    world.scheduler().runFor(ASK);

    assertThat(seen)
        .containsExactly(
            "jm execution: CREATED -> SCHEDULED",
            "jm execution: DEPLOYING -> INITIALIZING",
            "jm execution: INITIALIZING -> RUNNING",
            "jm execution: RUNNING -> FINISHED",
            "jm execution: SCHEDULED -> DEPLOYING",
            "jm job: CREATED -> RUNNING",
            "jm job: INITIALIZING -> CREATED",
            "jm job: RUNNING -> FINISHED",
            "jm leader session: CLOSING -> CLOSED",
            "jm leader session: CONFIRMED -> CLOSING",
            "jm leader session: SERVING -> CONFIRMED",
            "jm leader session: STARTING -> SERVING",
            "jm managed slot: ALLOCATED -> FREE",
            "jm managed slot: FREE -> PENDING",
            "jm managed slot: PENDING -> ALLOCATED",
            "tm task slot: ACTIVE -> FREE",
            "tm task slot: ALLOCATED -> ACTIVE",
            "tm task slot: FREE -> ALLOCATED",
            "tm task: CREATED -> DEPLOYING",
            "tm task: DEPLOYING -> INITIALIZING",
            "tm task: INITIALIZING -> RUNNING",
            "tm task: RUNNING -> FINISHED");
  }
}
