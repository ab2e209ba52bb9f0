package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Messages that do not fit into one frame travel as parts: frames stay small, whatever the limit of
 * a message is, and with them the transport's buffers. The last part is the message itself with the
 * rest of its payload, so that a large message keeps its place among the small ones.
 */
final class LargeMessages {

  /** The most payload that one frame carries. */
  static final int PART_BYTES = 192 * 1024;

  private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final AtomicLong LAST_TRANSFER = new AtomicLong();

  private LargeMessages() {}

  /** Sends a message, in parts if need be. */
  static void send(ActorRef target, TransportMessage.Payload message, ActorRef sender) {
    byte[] payload = message.payload();
    if (payload.length <= PART_BYTES) {
      target.tell(message, sender);
      return;
    }
    long transfer = LAST_TRANSFER.incrementAndGet();
    int offset = 0;
    while (payload.length - offset > PART_BYTES) {
      target.tell(
          new TransportMessage.Part(transfer, payload.length, payload, offset, PART_BYTES), sender);
      offset += PART_BYTES;
    }
    byte[] rest = new byte[payload.length - offset];
    System.arraycopy(payload, offset, rest, 0, rest.length);
    target.tell(
        new TransportMessage.LastPart(transfer, payload.length, message.withPayload(rest)), sender);
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
      private byte[] bytes = new byte[0]; // grows with what has come, not with what is announced
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
          return;
        }
        if (part.length > bytes.length - filled) {
          long wanted = Math.max(2L * bytes.length, (long) filled + part.length);
          bytes = Arrays.copyOf(bytes, (int) Math.min(total, wanted));
        }
        System.arraycopy(part, 0, bytes, filled, part.length);
        filled += part.length;
      }

      boolean isWhole() {
        return !overflown && filled == total;
      }
    }

    /** Keeps a part. */
    void add(TransportMessage.Part part, ActorRef sender) {
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
        whole.accept(last.message().withPayload(transfer.bytes));
      } else {
        torso.accept(last.message());
      }
    }
  }
}
