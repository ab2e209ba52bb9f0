package org.stellwerk.rpc.akka;

import akka.actor.ExtendedActorSystem;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.JSerializer;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.stellwerk.rpc.messages.RemoteHandshake;

/**
 * Transport messages as bytes: a kind, fixed fields, the payload. The only serializer that the
 * actor system uses for what comes from or goes to other processes. Stateless.
 */
public final class TransportSerializer extends JSerializer implements ByteBufferSerializer {

  /** Its number in Akka's envelopes; part of the wire format. */
  static final int IDENTIFIER = 7_357_001;

  private static final byte ASK = 1;
  private static final byte TELL = 2;
  private static final byte ANSWER = 3;
  private static final byte FAILURE = 4;
  private static final byte CONNECT = 5;
  private static final byte CONNECTED = 6;
  private static final byte GOODBYE = 7;
  private static final byte PART = 8;
  private static final byte LAST_PART = 9;
  private static final byte PART_RECEIVED = 10;
  private static final byte RENEW = 11;

  /** Called by Akka. */
  public TransportSerializer(ExtendedActorSystem system) {
    // stateless
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public boolean includeManifest() {
    return false;
  }

  @Override
  public void toBinary(Object message, ByteBuffer buffer) {
    if (message instanceof TransportMessage.Ask ask) {
      putNumber(buffer.put(ASK), ask.callId());
      buffer.putInt(ask.gatewayKey()).put(ask.payload());
    } else if (message instanceof TransportMessage.Tell tell) {
      buffer.put(TELL).putInt(tell.gatewayKey()).put(tell.payload());
    } else if (message instanceof TransportMessage.Answer answer) {
      putNumber(buffer.put(ANSWER), answer.callId());
      buffer.put(answer.payload());
    } else if (message instanceof TransportMessage.Failure failure) {
      buffer.put(FAILURE).putLong(failure.callId()).put(failure.payload());
    } else if (message instanceof TransportMessage.Connect connect) {
      byte[] endpoint = connect.endpointName().getBytes(StandardCharsets.UTF_8);
      buffer
          .put(CONNECT)
          .putLong(connect.callId())
          .putLong(connect.incarnation())
          .putInt(connect.handshake().protocolVersion())
          .putLong(connect.handshake().interfaceHash())
          .putShort((short) endpoint.length)
          .put(endpoint)
          .put(connect.handshake().gatewayName().getBytes(StandardCharsets.UTF_8));
    } else if (message instanceof TransportMessage.Connected connected) {
      buffer.put(CONNECTED).putLong(connected.callId()).putLong(connected.incarnation());
    } else if (message instanceof TransportMessage.Goodbye goodbye) {
      buffer.put(GOODBYE).putLong(goodbye.incarnation());
    } else if (message instanceof TransportMessage.Part part) {
      buffer
          .put(PART)
          .putLong(part.transfer())
          .putInt(part.total())
          .put(part.bytes(), part.offset(), part.length());
    } else if (message instanceof TransportMessage.LastPart last) {
      buffer.put(LAST_PART).putLong(last.transfer()).putInt(last.total());
      toBinary(last.message(), buffer);
    } else if (message instanceof TransportMessage.PartReceived received) {
      buffer.put(PART_RECEIVED).putLong(received.transfer());
    } else if (message instanceof TransportMessage.Renew renew) {
      buffer.put(RENEW).putLong(renew.callId());
    } else {
      throw new IllegalArgumentException("Not a transport message: " + message.getClass());
    }
  }

  @Override
  public byte[] toBinary(Object message) {
    ByteBuffer buffer = ByteBuffer.allocate(sizeOf(message));
    toBinary(message, buffer);
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  private static int sizeOf(Object message) {
    int fields = 40;
    if (message instanceof TransportMessage.Payload large) {
      return fields + large.payload().length;
    } else if (message instanceof TransportMessage.Failure failure) {
      return fields + failure.payload().length;
    } else if (message instanceof TransportMessage.Connect connect) {
      return fields
          + 4 * (connect.endpointName().length() + connect.handshake().gatewayName().length());
    }
    if (message instanceof TransportMessage.Part part) {
      return fields + part.length();
    } else if (message instanceof TransportMessage.LastPart last) {
      return fields + sizeOf(last.message());
    }
    return fields;
  }

  @Override
  public Object fromBinary(ByteBuffer buffer, String manifest) throws NotSerializableException {
    byte kind = buffer.get();
    return switch (kind) {
      case ASK, TELL, ANSWER -> payload(kind, buffer);
      case FAILURE -> new TransportMessage.Failure(buffer.getLong(), rest(buffer));
      case CONNECT -> {
        long callId = buffer.getLong();
        long incarnation = buffer.getLong();
        int version = buffer.getInt();
        long hash = buffer.getLong();
        byte[] endpoint = new byte[Math.min(buffer.remaining(), buffer.getShort() & 0xffff)];
        buffer.get(endpoint);
        String gateway = new String(rest(buffer), StandardCharsets.UTF_8);
        yield new TransportMessage.Connect(
            callId,
            new String(endpoint, StandardCharsets.UTF_8),
            new RemoteHandshake(version, gateway, hash),
            incarnation);
      }
      case CONNECTED -> new TransportMessage.Connected(buffer.getLong(), buffer.getLong());
      case GOODBYE -> new TransportMessage.Goodbye(buffer.getLong());
      case PART -> {
        long transfer = buffer.getLong();
        int total = buffer.getInt();
        byte[] bytes = rest(buffer);
        yield new TransportMessage.Part(transfer, total, bytes, 0, bytes.length);
      }
      case LAST_PART -> {
        long transfer = buffer.getLong();
        int total = buffer.getInt();
        yield new TransportMessage.LastPart(transfer, total, payload(buffer.get(), buffer));
      }
      case PART_RECEIVED -> new TransportMessage.PartReceived(buffer.getLong());
      case RENEW -> new TransportMessage.Renew(buffer.getLong());
      default -> throw new NotSerializableException("Unknown kind of transport message: " + kind);
    };
  }

  /** One of the kinds that may travel in parts; a part of a part is refused, however deep. */
  private static TransportMessage.Payload payload(byte kind, ByteBuffer buffer)
      throws NotSerializableException {
    return switch (kind) {
      case ASK -> new TransportMessage.Ask(getNumber(buffer), buffer.getInt(), rest(buffer));
      case TELL -> new TransportMessage.Tell(buffer.getInt(), rest(buffer));
      case ANSWER -> new TransportMessage.Answer(getNumber(buffer), rest(buffer));
      default -> throw new NotSerializableException("No message of kind " + kind + " has parts");
    };
  }

  /** Seven bits a byte, the lowest first: the numbers of calls are small. */
  private static void putNumber(ByteBuffer buffer, long number) {
    long left = number;
    while ((left & ~0x7fL) != 0) {
      buffer.put((byte) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    buffer.put((byte) left);
  }

  private static long getNumber(ByteBuffer buffer) {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = buffer.get();
      number |= (next & 0x7fL) << shift;
      if (next >= 0) {
        break;
      }
    }
    return number;
  }

  private static byte[] rest(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Override
  public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
    try {
      return fromBinary(ByteBuffer.wrap(bytes), "");
    } catch (NotSerializableException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
