package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimNetwork.Delivery;
import org.stellwerk.rpc.simulation.SimNetwork.Lanes;
import org.stellwerk.rpc.simulation.SimNetwork.Status;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;

/** Moves messages over the links, as events: what arrives when, what is lost, and who hears. */
final class SimTransport {

  private final SimNetwork network;
  private final SimScheduler scheduler;
  private final SimObservers observers;
  private final SimLinks links;
  private final SimRandom random;
  private final SimRandom retransmissions;
  private long messages;

  SimTransport(SimNetwork network, SimLinks links) {
    this.network = network;
    this.scheduler = network.scheduler();
    this.observers = scheduler.observers();
    this.links = links;
    this.random = scheduler.random().fork("net");
    this.retransmissions = scheduler.random().fork("retransmissions");
  }

  /** See {@link SimNetwork#transmit}. */
  long transmit(SimNode from, SimNode to, @Nullable Lanes lanes, String label, Delivery delivery) {
    SimLink link = links.at(from.place(), to.place());
    long id = sent(from, to, label, delivery);
    if (!from.isAlive()) {
      observers.onLost(id, scheduler.nowNanos(), "its sender has just ended");
    } else if (link.swallows(delivery.kind())) {
      observers.onLost(id, scheduler.nowNanos(), "the link is a black hole");
      vanished(link, from, to, delivery);
    } else if (link.status().isDown()) {
      observers.onLost(id, scheduler.nowNanos(), "the link is down");
      tellLost(from, link, label, delivery);
    } else if (!to.isAlive()) {
      observers.onLost(id, scheduler.nowNanos(), "its receiver is dead");
      if (delivery.noticesLoss() || network.hasSuccessor(to)) {
        tellLost(from, link, label, delivery);
      }
    } else if (link.drops(random)) {
      observers.onLost(id, scheduler.nowNanos(), "it was dropped");
    } else {
      Arrival arrival = new Arrival(from, to, id, label, delivery);
      SimLane lane = lanes == null ? null : lanes.of(from, link.epoch(delivery.kind()));
      scheduler.schedule(arrival, draw(link), lane);
    }
    return id;
  }

  /** Calls and answers have one connection, which other protocols do not use. */
  private void vanished(SimLink link, SimNode from, SimNode to, Delivery delivery) {
    if (link.status() == Status.BLACKHOLE && delivery.kind() != MessageKind.OTHER) {
      link.vanished(from, to, scheduler.nowNanos(), retransmissions);
    }
  }

  private long sent(SimNode from, SimNode to, String label, Delivery delivery) {
    long id = messages++;
    if (observers.any()) {
      observers.onMessage(
          new SimMessage(id, from, to, label, delivery.payload(), scheduler.nowNanos()));
    }
    return id;
  }

  /** Counts a message within a process, which does not travel. */
  long nextLocalMessage() {
    return messages++;
  }

  /** Tells the observers of a message within a process. */
  void passed(long id, SimNode node, String label, Payload payload) {
    observers.onMessage(new SimMessage(id, node, node, label, payload, scheduler.nowNanos()));
    observers.onArrived(id, scheduler.nowNanos());
  }

  private void tellLost(SimNode sender, SimLink link, String label, Delivery delivery) {
    if (sender.isAlive() && delivery.kind() != MessageKind.REPLY) {
      SimAction news =
          new SimAction(Kind.NETWORK, sender, network, "lost " + label, delivery::lost);
      scheduler.schedule(news, draw(link), null);
    }
  }

  private long draw(SimLink link) {
    SimLatency latency = link.latency();
    return (latency == null ? network.config().latencies().network() : latency).nextNanos(random);
  }

  /**
   * How long the news takes that the peer has ended, or refuses connections.
   *
   * @return -1 if it never comes
   */
  long newsNanos(SimNode peer, SimNode listener) {
    SimLink there = links.at(listener.place(), peer.place());
    SimLink back = links.at(peer.place(), listener.place());
    if (there.status() == Status.BLACKHOLE || back.status() == Status.BLACKHOLE) {
      return -1;
    }
    long now = scheduler.nowNanos();
    return draw(back) + Math.max(there.clogNanosFrom(now), back.clogNanosFrom(now));
  }

  /** From now on nothing gets through the link until the time has passed. */
  void clog(SimLink link, long nanos) {
    link.clogUntil(scheduler.nowNanos() + nanos);
    SimAction end = new SimAction(Kind.CONTROL, null, network, "clog ends", () -> release(link));
    scheduler.scheduleFirst(end, nanos);
  }

  /** Lets go what was held up, unless the link is clogged still. */
  void release(SimLink link) {
    if (!link.isCloggedAt(scheduler.nowNanos())) {
      for (Arrival arrival = link.nextHeldUp(); arrival != null; arrival = link.nextHeldUp()) {
        arrival.goOn();
      }
    }
  }

  /** A message that is on its way. */
  final class Arrival extends SimEvent {

    private final SimNode from;
    private final SimNode to;
    private final SimLink link;
    private final int epoch;
    private final long id;
    private final String label;
    private final Delivery delivery;

    Arrival(SimNode from, SimNode to, long id, String label, Delivery delivery) {
      super(Kind.NETWORK, to);
      this.from = from;
      this.to = to;
      this.link = links.at(from.place(), to.place());
      this.epoch = link.epoch(delivery.kind());
      this.id = id;
      this.label = label;
      this.delivery = delivery;
    }

    long messageId() {
      return id;
    }

    @Override
    boolean isHeldUp() {
      long now = scheduler.nowNanos();
      if (!link.isCloggedAt(now) && !isSilentAt(now)) {
        return false;
      }
      link.holdUp(this);
      return true;
    }

    private boolean isSilentAt(long now) {
      return delivery.kind() != MessageKind.OTHER
          && link.status() != Status.BLACKHOLE
          && link.isSilentAt(now, from, to);
    }

    /** The clog is over, or the silence after a black hole. */
    void goOn() {
      if (!to.holdsUp(this)) {
        scheduler.scheduleHeldUp(this);
      }
    }

    @Override
    void happen() {
      if (link.epoch(delivery.kind()) == epoch && !link.swallows(delivery.kind())) {
        observers.onArrived(id, scheduler.nowNanos());
        delivery.arrive();
      } else {
        lose("the link was cut meanwhile");
      }
    }

    @Override
    void vanish() {
      lose("its receiver is dead");
    }

    private void lose(String why) {
      observers.onLost(id, scheduler.nowNanos(), why);
      vanished(link, from, to, delivery);
      if (delivery.noticesLoss() && !link.swallows(delivery.kind())) {
        tellLost(from, link, label, delivery);
      }
    }

    @Override
    public String label() {
      String what = delivery.kind() == MessageKind.REPLY ? "answer " + label : label;
      return what + " from " + from;
    }

    @Override
    int labelHash() {
      return (label.hashCode() * 31 + from.hash()) * 31 + delivery.contentHash();
    }

    @Override
    Object context() {
      return network;
    }
  }
}
