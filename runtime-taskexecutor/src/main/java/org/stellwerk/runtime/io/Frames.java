package org.stellwerk.runtime.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * The frames on a connection between two TaskExecutors: length (4 bytes, of what follows), type
 * (1), channel (4), body. The consumer of a channel chooses its number; as each type goes in one
 * direction only, both ends may use the same numbers on one connection.
 *
 * <pre>
 * consumer to producer:  OPEN    producer attempt, output, consumer subtask, consumer attempt, credits
 *                        CREDIT  bytes that the producer may send more
 *                        CANCEL  how the consumer left (1 byte), reason
 * producer to consumer:  DATA    a piece of the channel's stream of records
 *                        END     no more data; all has been sent
 *                        ERROR   kind (1 byte), reason
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

  private static final int HEAD = 1 + 4;
  private static final int ATTEMPT = 4 * 8 + 2 * 4;
  private static final int MAX_REASON = 4096;

  private Frames() {}

  static ByteBuf open(
      ByteBufAllocator allocator, int channelId, ChannelRequest request, int credits) {
    ByteBuf frame = head(allocator, OPEN, channelId, 2 * ATTEMPT + 3 * 4);
    writeAttempt(frame, request.producer());
    frame.writeInt(request.outputIndex());
    frame.writeInt(request.consumerSubtask());
    writeAttempt(frame, request.consumer());
    return frame.writeInt(credits);
  }

  static ChannelRequest readRequest(ByteBuf body) {
    return new ChannelRequest(readAttempt(body), body.readInt(), body.readInt(), readAttempt(body));
  }

  static ByteBuf credit(ByteBufAllocator allocator, int channelId, int bytes) {
    return head(allocator, CREDIT, channelId, 4).writeInt(bytes);
  }

  static ByteBuf cancel(ByteBufAllocator allocator, int channelId, ConsumerEnd end, String reason) {
    byte[] text = encode(reason);
    return head(allocator, CANCEL, channelId, 1 + text.length)
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

  static ByteBuf error(ByteBufAllocator allocator, int channelId, ChannelError error) {
    byte[] text = encode(error.message());
    return head(allocator, ERROR, channelId, 1 + text.length)
        .writeByte(error.kind().code())
        .writeBytes(text);
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
