package org.stellwerk.simulation.schedule;

import java.time.Duration;
import java.util.List;
import org.stellwerk.simulation.SimFaults.Way;
import org.stellwerk.simulation.schedule.CoordinationFault.BrokenStores;
import org.stellwerk.simulation.schedule.CoordinationFault.CoordinationOutage;
import org.stellwerk.simulation.schedule.CoordinationFault.CutFromCoordination;
import org.stellwerk.simulation.schedule.CoordinationFault.ExpireSession;
import org.stellwerk.simulation.schedule.CoordinationFault.FailingBlobs;
import org.stellwerk.simulation.schedule.CoordinationFault.FailingStores;
import org.stellwerk.simulation.schedule.CoordinationFault.LeaderPingPong;
import org.stellwerk.simulation.schedule.CoordinationFault.SlowStores;
import org.stellwerk.simulation.schedule.GroupFault.CrashTogether;
import org.stellwerk.simulation.schedule.NetworkFault.Between;
import org.stellwerk.simulation.schedule.NetworkFault.Busy;
import org.stellwerk.simulation.schedule.NetworkFault.Clog;
import org.stellwerk.simulation.schedule.NetworkFault.Drop;
import org.stellwerk.simulation.schedule.NetworkFault.Isolate;
import org.stellwerk.simulation.schedule.NetworkFault.OneWay;
import org.stellwerk.simulation.schedule.NetworkFault.Partition;
import org.stellwerk.simulation.schedule.NetworkFault.Reset;
import org.stellwerk.simulation.schedule.NetworkFault.SwizzleClog;
import org.stellwerk.simulation.schedule.ProcessFault.ClockDrift;
import org.stellwerk.simulation.schedule.ProcessFault.ClockStep;
import org.stellwerk.simulation.schedule.ProcessFault.Crash;
import org.stellwerk.simulation.schedule.ProcessFault.ExhaustMemory;
import org.stellwerk.simulation.schedule.ProcessFault.Freeze;
import org.stellwerk.simulation.schedule.ProcessFault.LoseResults;
import org.stellwerk.simulation.schedule.ProcessFault.SlowEndpoints;
import org.stellwerk.simulation.schedule.ProcessFault.SlowIo;
import org.stellwerk.simulation.schedule.ProcessFault.Stop;

/** A kind of fault that the generator knows; a run has a random subset of them. */
@FunctionalInterface
interface FaultKind {

  /** Every kind. */
  List<FaultKind> ALL =
      List.of(
          (draw, target) -> new Crash(target.any(draw), draw.outage()),
          (draw, target) -> new Stop(target.any(draw), draw.outage()),
          (draw, target) -> new Freeze(target.any(draw), target.freeze(draw)),
          (draw, target) -> new LoseResults(draw.pick(target.shape().taskManagerNames())),
          (draw, target) ->
              new ClockStep(
                  target.any(draw), draw.between(Duration.ofHours(-1), Duration.ofHours(1))),
          (draw, target) ->
              new ClockDrift(target.any(draw), draw.between(-200_000, 200_000), draw.outage()),
          (draw, target) ->
              new SlowIo(target.any(draw), draw.share(), draw.outage(), draw.outage()),
          (draw, target) -> new Isolate(target.any(draw), draw.outage()),
          (draw, target) -> {
            List<String> one = draw.some(target.shape().names());
            return new Partition(one, target.others(one), draw.outage());
          },
          (draw, target) -> {
            String from = target.any(draw);
            return new OneWay(from, target.peer(draw, from), target.bad(draw), draw.outage());
          },
          (draw, target) -> {
            String node = target.any(draw);
            return new Between(node, target.peer(draw, node), target.bad(draw), draw.outage());
          },
          (draw, target) -> {
            String from = target.any(draw);
            return new Drop(from, target.peer(draw, from), draw.share(), draw.outage());
          },
          (draw, target) -> {
            String node = target.any(draw);
            return new Reset(node, target.peer(draw, node));
          },
          (draw, target) -> new Clog(target.any(draw), draw.outage()),
          (draw, target) -> new SwizzleClog(draw.some(target.shape().names()), draw.outage()),
          (draw, target) ->
              new CutFromCoordination(
                  target.any(draw), draw.pick(List.of(Way.values())), draw.outage()),
          (draw, target) -> new ExpireSession(target.jobManager(draw)),
          (draw, target) -> new LeaderPingPong(draw.between(1, 4)),
          (draw, target) -> new SlowStores(draw.share(), draw.outage(), draw.outage()),
          (draw, target) -> new ExhaustMemory(target.taskManager(draw), draw.outage()),
          (draw, target) -> new FailingStores(draw.share(), draw.share(), draw.outage()),
          (draw, target) -> new BrokenStores(draw.share(), draw.outage()),
          (draw, target) -> new CoordinationOutage(draw.outage()),
          (draw, target) -> new FailingBlobs(draw.share(), draw.outage()),
          (draw, target) ->
              new SlowEndpoints(target.any(draw), draw.share(), draw.pause(), draw.outage()),
          (draw, target) -> new Busy(draw.outage()),
          (draw, target) -> new CrashTogether(target.together(draw), draw.outage()));

  /** A fault of this kind. */
  Fault draw(Draw draw, FaultTarget target);
}
