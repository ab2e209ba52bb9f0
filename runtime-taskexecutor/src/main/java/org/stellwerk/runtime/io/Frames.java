package org.stellwerk.runtime.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * The frames on a connection between two TaskExecutors: length (4 bytes, of what follows), type
 * (1), channel (4), body. The consumer of a channel chooses its number; as each type goes in one
 * direction only, both ends may use the same numbers on one connection. What concerns many channels
 * of one task is told in one frame: a task that reads from 500 others asks each TaskExecutor once.
 *
 * <pre>
 * consumer to producer:  OPEN    of channels with consecutive numbers, this one first: execution graph
 *                                and vertex of the producers, output, consumer subtask, consumer
 *                                attempt, whether the producers have finished (1 byte), credits
 *                                of each; then of each producer subtask and attempt
 *                        CREDIT  bytes that the producer may send more
 *                        CANCEL  of consecutive channels, this one first: their number, how the
 *                                consumer left (1 byte), reason
 * producer to consumer:  DATA    a piece of the channel's stream of records
 *                        END     no more data; all has been sent
 *                        ERROR   of channels that it lists: kind (1 byte), how many, their numbers, reason
 * </pre>
 */
final class Frames {

  static final byte OPEN = 1;
  static final byte CREDIT = 2;
  static final byte CANCEL = 3;
  static final byte DATA = 4;
  static final byte END = 5;
  static final byte ERROR = 6;

  static final int LENGTH_FIELD = 4;

  /** The largest segment and a head. */
  static final int MAX_FRAME = (1 << 20) + 64;

  /** The most channels that one frame is about. */
  static final int MAX_CHANNELS = 4096;

  private static final int HEAD = 1 + 4;
  private static final int ATTEMPT = 4 * 8 + 2 * 4;
  private static final int MAX_REASON = 4096;

  private Frames() {}

  /**
   * Asks for channels with consecutive numbers.
   *
   * @param requests of one consumer for producers of one vertex; at most {@link #MAX_CHANNELS}
   */
  static ByteBuf open(
      ByteBufAllocator allocator, int firstId, List<ChannelRequest> requests, int credits) {
    ChannelRequest first = requests.get(0);
    ByteBuf frame =
        head(allocator, OPEN, firstId, 4 * 8 + 3 * 4 + 1 + ATTEMPT + requests.size() * 2 * 4);
    writeUuid(frame, first.producer().executionGraphId().value());
    writeUuid(frame, first.producer().jobVertexId().value());
    frame.writeInt(first.outputIndex());
    frame.writeInt(first.consumerSubtask());
    writeAttempt(frame, first.consumer());
    frame.writeBoolean(first.stored());
    frame.writeInt(credits);
    for (ChannelRequest request : requests) {
      frame.writeInt(request.producer().subtaskIndex());
      frame.writeInt(request.producer().attemptNumber());
    }
    return frame;
  }

  /** What an OPEN frame asks for. */
  record Opening(List<ChannelRequest> requests, int credits) {}

  static Opening readOpening(ByteBuf body) {
    ExecutionGraphId graph = new ExecutionGraphId(readUuid(body));
    JobVertexID vertex = new JobVertexID(readUuid(body));
    int output = body.readInt();
    int consumerSubtask = body.readInt();
    ExecutionAttemptID consumer = readAttempt(body);
    boolean stored = body.readBoolean();
    int credits = body.readInt();
    List<ChannelRequest> requests = new ArrayList<>(body.readableBytes() / (2 * 4));
    while (body.isReadable()) {
      ExecutionVertexID subtask = new ExecutionVertexID(vertex, body.readInt());
      ExecutionAttemptID producer = new ExecutionAttemptID(graph, subtask, body.readInt());
      requests.add(new ChannelRequest(producer, output, consumerSubtask, consumer, stored));
    }
    return new Opening(requests, credits);
  }

  static ByteBuf credit(ByteBufAllocator allocator, int channelId, int bytes) {
    return head(allocator, CREDIT, channelId, 4).writeInt(bytes);
  }

  static ByteBuf cancel(
      ByteBufAllocator allocator, int firstId, int channels, ConsumerEnd end, String reason) {
    byte[] text = encode(reason);
    return head(allocator, CANCEL, firstId, 4 + 1 + text.length)
        .writeInt(channels)
        .writeByte(end.code())
        .writeBytes(text);
  }

  static ByteBuf data(
      ByteBufAllocator allocator, int channelId, byte[] data, int offset, int length) {
    return head(allocator, DATA, channelId, length).writeBytes(data, offset, length);
  }

  static ByteBuf end(ByteBufAllocator allocator, int channelId) {
    return head(allocator, END, channelId, 0);
  }

  /**
   * Ends channels badly.
   *
   * @param count how many of those listed; at least one and at most {@link #MAX_CHANNELS}
   */
  static ByteBuf error(ByteBufAllocator allocator, int[] channels, int count, ChannelError error) {
    byte[] text = encode(error.message());
    ByteBuf frame =
        head(allocator, ERROR, channels[0], 1 + 4 + count * 4 + text.length)
            .writeByte(error.kind().code())
            .writeInt(count);
    for (int i = 0; i < count; i++) {
      frame.writeInt(channels[i]);
    }
    return frame.writeBytes(text);
  }

  /** The rest of the frame as text. */
  static String readReason(ByteBuf body) {
    return body.readCharSequence(body.readableBytes(), StandardCharsets.UTF_8).toString();
  }

  private static ByteBuf head(ByteBufAllocator allocator, byte type, int channelId, int body) {
    return allocator
        .directBuffer(LENGTH_FIELD + HEAD + body)
        .writeInt(HEAD + body)
        .writeByte(type)
        .writeInt(channelId);
  }

  private static byte[] encode(String reason) {
    String cut = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    return cut.getBytes(StandardCharsets.UTF_8);
  }

  private static void writeAttempt(ByteBuf frame, ExecutionAttemptID attempt) {
    writeUuid(frame, attempt.executionGraphId().value());
    writeUuid(frame, attempt.jobVertexId().value());
    frame.writeInt(attempt.subtaskIndex()).writeInt(attempt.attemptNumber());
  }

  private static ExecutionAttemptID readAttempt(ByteBuf body) {
    ExecutionGraphId graph = new ExecutionGraphId(readUuid(body));
    JobVertexID vertex = new JobVertexID(readUuid(body));
    int subtask = body.readInt();
    return new ExecutionAttemptID(graph, new ExecutionVertexID(vertex, subtask), body.readInt());
  }

  private static void writeUuid(ByteBuf frame, UUID id) {
    frame.writeLong(id.getMostSignificantBits()).writeLong(id.getLeastSignificantBits());
  }

  private static UUID readUuid(ByteBuf body) {
    return new UUID(body.readLong(), body.readLong());
  }
}
