package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.List;
import org.stellwerk.rpc.simulation.SimEvent.Kind;

/**
 * What services do about connections on which nothing gets through after a partition: while one
 * side waits for an answer, and the other can be reached on a fresh connection, both sides make
 * theirs anew. That takes a while, and what was on its way is lost.
 */
final class SimRenewal {

  private static final SimLatency NOTICING =
      SimLatency.uniform(Duration.ofMillis(300), Duration.ofSeconds(3));

  private final SimNetwork network;
  private final SimScheduler scheduler;
  private final SimLinks links;
  private final SimTransport transport;
  private final SimRandom random;

  SimRenewal(SimNetwork network, SimLinks links, SimTransport transport) {
    this.network = network;
    this.scheduler = network.scheduler();
    this.links = links;
    this.transport = transport;
    this.random = scheduler.random().fork("renewals");
  }

  /** The black hole on the way is gone: until a retransmission, or a renewal, it is silent. */
  void healed(SimNode from, SimNode to) {
    SimLink link = links.at(from.place(), to.place());
    long now = scheduler.nowNanos();
    long silentNanos = link.healedAt(now, from, to) - now;
    if (silentNanos <= 0) {
      return;
    }
    scheduler.scheduleFirst(control("sent again", () -> transport.release(link)), silentNanos);
    notice(from, to);
  }

  private void notice(SimNode from, SimNode to) {
    SimAction check = control("way check", () -> check(from, to));
    scheduler.schedule(check, NOTICING.nextNanos(random), null);
  }

  private SimAction control(String label, Runnable action) {
    return new SimAction(Kind.CONTROL, null, network, label, action);
  }

  private void check(SimNode from, SimNode to) {
    if (!isSilent(from, to) || !from.isAlive() || !to.isAlive()) {
      return;
    }
    boolean waitedFor =
        from.rpc().asks().hasAnyTo(to.name()) || to.rpc().asks().hasAnyTo(from.name());
    if (waitedFor && isPassable(from, to) && isPassable(to, from)) {
      renew(from, to);
    } else {
      notice(from, to);
    }
  }

  private boolean isSilent(SimNode from, SimNode to) {
    return links.at(from.place(), to.place()).isSilentAt(scheduler.nowNanos(), from, to);
  }

  private boolean isPassable(SimNode from, SimNode to) {
    SimLink link = links.at(from.place(), to.place());
    return link.status() == SimNetwork.Status.CONNECTED && !from.isFrozen();
  }

  /** Both sides make their connections to each other anew, if nothing gets through on one. */
  void renew(SimNode one, SimNode other) {
    if (isSilent(one, other) || isSilent(other, one)) {
      List<String> from = List.of(one.name());
      List<String> to = List.of(other.name());
      scheduler
          .observers()
          .onLink(new SimLinkChange(from, to, true, SimLinkChange.RENEWED, Duration.ZERO, true));
      renewWay(links.at(one.place(), other.place()));
      renewWay(links.at(other.place(), one.place()));
    }
  }

  private void renewWay(SimLink link) {
    link.renew();
    transport.release(link);
  }
}
