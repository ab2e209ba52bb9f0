package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import akka.actor.Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Messages that do not fit into one frame travel as parts: frames stay small, whatever the limit of
 * a message is, and with them the transport's buffers. The last part is the message itself with the
 * rest of its payload.
 *
 * <p>Parts are paced, so that they never fill the connection's queue: {@link #WINDOW} of them are
 * under way to one recipient, and each acknowledgement lets another go. What other recipients get
 * passes by. Calls to the same recipient keep their order, and so wait for a large one before them;
 * answers have no order, and small ones never wait. A recipient that acknowledges nothing for
 * {@link #STALL_NANOS} (parts were lost, or it is busy or paused) gets another window. What is for
 * a peer that is gone is dropped at once. Thread-safe.
 */
final class LargeMessages {

  /** The most payload that one frame carries. */
  static final int PART_BYTES = 192 * 1024;

  /** The most parts under way to one recipient. */
  static final int WINDOW = 4;

  static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Tells an actor that receives parts that no more come from a peer. */
  record PeerGone(Peer peer) {}

  private final ActorRef replies;
  private final Function<Address, Optional<Peer>> peerAt;
  private final Map<ActorRef, Lane> lanes = new LinkedHashMap<>();
  private final Map<Long, Lane> lanesByNumber = new LinkedHashMap<>();
  private long lastLane;

  /** Whether there are lanes; read without the lock, so that small messages pay nothing. */
  private volatile boolean busy;

  /**
   * Sends for one service.
   *
   * @param replies where its replies and acknowledgements go
   * @param peerAt who lives at an address, as far as is known
   */
  LargeMessages(ActorRef replies, Function<Address, Optional<Peer>> peerAt) {
    this.replies = replies;
    this.peerAt = peerAt;
  }

  /** Sends a call; it arrives after those that this thread has sent to the same target before. */
  void sendInOrder(ActorRef target, Peer peer, TransportMessage.Payload message) {
    if (message.payload().length > PART_BYTES || busy) {
      enqueue(target, peer, message);
    } else {
      target.tell(message, replies);
    }
  }

  /** Sends an answer; small ones overtake large ones. False if its caller's process is gone. */
  boolean send(ActorRef caller, TransportMessage.Answer message) {
    if (message.payload().length <= PART_BYTES) {
      caller.tell(message, replies);
      return true;
    }
    Optional<Peer> peer = peerAt.apply(caller.path().address());
    peer.ifPresent(known -> enqueue(caller, known, message));
    return peer.isPresent();
  }

  private synchronized void enqueue(ActorRef target, Peer peer, TransportMessage.Payload message) {
    if (peer.whyGone() != null) {
      return; // whoever waits for an answer has heard of it
    }
    Lane lane = lanes.get(target);
    if (lane == null) {
      if (message.payload().length <= PART_BYTES) {
        target.tell(message, replies);
        return;
      }
      lane = new Lane(target, peer, ++lastLane);
      lanes.put(target, lane);
      lanesByNumber.put(lane.number, lane);
      busy = true;
    }
    lane.waiting.add(message);
    lane.pump();
  }

  /** The peer is gone: what is for it is dropped. */
  synchronized void drop(Peer peer) {
    for (Lane lane : List.copyOf(lanes.values())) {
      if (lane.peer == peer) {
        forget(lane);
      }
    }
  }

  /** Whether messages wait to be sent. */
  boolean isBusy() {
    return busy;
  }

  /** A part has arrived, or has certainly not. */
  synchronized void acknowledged(long transfer) {
    Lane lane = lanesByNumber.get(transfer >>> Integer.SIZE);
    if (lane != null) {
      lane.lastNanos = System.nanoTime();
      lane.underWay = Math.max(0, lane.underWay - 1);
      lane.pump();
      forgetIfIdle(lane);
    }
  }

  /** Lets the stalled ones go on. */
  void sweep() {
    if (!busy) {
      return;
    }
    long now = System.nanoTime();
    synchronized (this) {
      for (Lane lane : List.copyOf(lanes.values())) {
        if (now - lane.lastNanos >= STALL_NANOS) {
          lane.lastNanos = now;
          lane.underWay = 0;
          lane.pump();
          forgetIfIdle(lane);
        }
      }
    }
  }

  private void forgetIfIdle(Lane lane) {
    if (lane.underWay == 0 && lane.waiting.isEmpty()) {
      forget(lane);
    }
  }

  private void forget(Lane lane) {
    lanes.remove(lane.target);
    lanesByNumber.remove(lane.number);
    busy = !lanes.isEmpty();
  }

  /** What waits for one recipient; guarded by the lock of the whole. */
  private final class Lane {

    private final ActorRef target;
    private final Peer peer;
    private final Queue<TransportMessage.Payload> waiting = new ArrayDeque<>();
    private final long number;
    private int underWay;
    private int sequence; // of the first of those that wait
    private int offset; // in the first of those that wait
    private long lastNanos = System.nanoTime();

    Lane(ActorRef target, Peer peer, long number) {
      this.target = target;
      this.peer = peer;
      this.number = number;
    }

    /** Unique in this process, and names the lane. */
    private long transfer() {
      return number << Integer.SIZE | Integer.toUnsignedLong(sequence);
    }

    void pump() {
      TransportMessage.@Nullable Payload message;
      while ((message = waiting.peek()) != null) {
        byte[] payload = message.payload();
        if (payload.length <= PART_BYTES) {
          target.tell(message, replies);
        } else if (!sendParts(payload)) {
          return;
        } else {
          byte[] rest = new byte[payload.length - offset];
          System.arraycopy(payload, offset, rest, 0, rest.length);
          target.tell(
              new TransportMessage.LastPart(transfer(), payload.length, message.withPayload(rest)),
              replies);
        }
        offset = 0;
        sequence++;
        waiting.remove();
      }
    }

    /** Whether only the rest is left. */
    private boolean sendParts(byte[] payload) {
      while (payload.length - offset > PART_BYTES) {
        if (underWay >= WINDOW) {
          return false;
        }
        underWay++;
        target.tell(
            new TransportMessage.Part(transfer(), payload.length, payload, offset, PART_BYTES),
            replies);
        offset += PART_BYTES;
      }
      return true;
    }
  }

  /** The parts that one actor has received so far; used by that actor's thread. */
  static final class Inbox {

    private final long maximumBytes;
    private final Map<Key, Transfer> transfers = new LinkedHashMap<>();

    Inbox(long maximumBytes) {
      this.maximumBytes = maximumBytes;
    }

    private record Key(ActorRef sender, long transfer) {}

    private static final class Transfer {
      private final int total;
      private final List<byte[]> parts = new ArrayList<>();
      private int filled;
      private boolean overflown;
      private long lastNanos;

      Transfer(int total) {
        this.total = total;
      }

      void add(byte[] part, long nowNanos) {
        lastNanos = nowNanos;
        if (overflown || part.length > total - filled) {
          overflown = true;
          parts.clear();
          return;
        }
        parts.add(part);
        filled += part.length;
      }

      boolean isWhole() {
        return !overflown && filled == total;
      }

      byte[] join() {
        byte[] bytes = new byte[filled];
        int offset = 0;
        for (byte[] part : parts) {
          System.arraycopy(part, 0, bytes, offset, part.length);
          offset += part.length;
        }
        return bytes;
      }
    }

    /** Keeps a part and acknowledges it. */
    void add(TransportMessage.Part part, ActorRef sender, ActorRef self) {
      sender.tell(new TransportMessage.PartReceived(part.transfer()), self);
      if (part.total() < 0 || part.total() > maximumBytes) {
        return;
      }
      long now = System.nanoTime();
      Key key = new Key(sender, part.transfer());
      Transfer transfer = transfers.get(key);
      if (transfer == null) {
        transfers.values().removeIf(each -> now - each.lastNanos > STALE_NANOS);
        transfer = new Transfer(part.total());
        transfers.put(key, transfer);
      }
      transfer.add(part.slice(), now);
    }

    /** Forgets the parts of what a peer that is gone has not finished. */
    void drop(Peer gone) {
      transfers
          .entrySet()
          .removeIf(
              entry ->
                  gone.isAt(entry.getKey().sender().path().address())
                      && entry.getValue().lastNanos - gone.goneNanos() <= 0);
    }

    /** How many messages have arrived in part. */
    int unfinished() {
      return transfers.size();
    }

    /** Hands on the whole message, or nothing but its last part if others were lost. */
    void finish(
        TransportMessage.LastPart last,
        ActorRef sender,
        Consumer<TransportMessage.Payload> whole,
        Consumer<TransportMessage.Payload> torso) {
      Transfer transfer = transfers.remove(new Key(sender, last.transfer()));
      if (transfer == null) {
        torso.accept(last.message());
        return;
      }
      transfer.add(last.message().payload(), transfer.lastNanos);
      if (transfer.isWhole()) {
        whole.accept(last.message().withPayload(transfer.join()));
      } else {
        torso.accept(last.message());
      }
    }
  }
}
