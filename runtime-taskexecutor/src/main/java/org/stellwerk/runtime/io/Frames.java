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
 * (1), group (4), body. A consumer asks for channels in groups and chooses their numbers; as each
 * type goes in one direction only, both ends may use the same numbers on one connection. A channel
 * is named by its group and its index (2 bytes) there. What concerns many channels of one task is
 * told in one frame: a task that reads from 500 others asks each TaskExecutor once.
 *
 * <pre>
 * consumer to producer:  OPEN    of a group: execution graph and vertex of the producers, output,
 *                                consumer subtask, consumer attempt, whether the producers have
 *                                finished (1 byte), credits of each channel; then of each producer,
 *                                by ascending subtask, subtask and attempt number
 *                        CREDIT  index, bytes that the producer may send more
 *                        CANCEL  of all channels of the group that have not ended: how the
 *                                consumer left (1 byte), reason
 * producer to consumer:  DATA    index, a piece of the channel's stream of records
 *                        END     index; no more data, all has been sent
 *                        ERROR   of channels that it lists, the group in front being the first's:
 *                                kind (1 byte), how many, of each group and index, reason
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

  /** The most channels of a group, and the most that one frame lists. */
  static final int MAX_CHANNELS = 4096;

  private static final int HEAD = 1 + 4;
  private static final int INDEX = 2;
  private static final int ATTEMPT = 4 * 8 + 2 * 4;
  private static final int MAX_REASON = 4096;

  private Frames() {}

  /**
   * Asks for the channels of a group.
   *
   * @param requests at most {@link #MAX_CHANNELS}
   */
  static ByteBuf open(
      ByteBufAllocator allocator, int group, ChannelRequests requests, int credits) {
    ProducerAttempts producers = requests.producers();
    ByteBuf frame =
        head(allocator, OPEN, group, 4 * 8 + 3 * 4 + 1 + ATTEMPT + producers.size() * 2 * 4);
    writeUuid(frame, producers.executionGraphId().value());
    writeUuid(frame, producers.vertex().value());
    frame.writeInt(requests.outputIndex());
    frame.writeInt(requests.consumerSubtask());
    writeAttempt(frame, requests.consumer());
    frame.writeBoolean(requests.stored());
    frame.writeInt(credits);
    for (int i = 0; i < producers.size(); i++) {
      frame.writeInt(producers.subtask(i));
      frame.writeInt(producers.attemptNumber(i));
    }
    return frame;
  }

  /** What an OPEN frame asks for. */
  record Opening(ChannelRequests requests, int credits) {}

  static Opening readOpening(ByteBuf body) throws ProtocolException {
    ExecutionGraphId graph = new ExecutionGraphId(readUuid(body));
    JobVertexID vertex = new JobVertexID(readUuid(body));
    int output = body.readInt();
    int consumerSubtask = body.readInt();
    ExecutionAttemptID consumer = readAttempt(body);
    boolean stored = body.readBoolean();
    int credits = body.readInt();
    int[] subtasks = new int[checkCount(body.readableBytes() / (2 * 4))];
    int[] attemptNumbers = new int[subtasks.length];
    for (int i = 0; i < subtasks.length; i++) {
      subtasks[i] = body.readInt();
      attemptNumbers[i] = body.readInt();
    }
    ProducerAttempts producers;
    try {
      producers = new ProducerAttempts(graph, vertex, subtasks, attemptNumbers);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException(String.valueOf(e.getMessage()));
    }
    return new Opening(
        new ChannelRequests(producers, output, consumerSubtask, consumer, stored), credits);
  }

  /** A number of channels, if one frame may be about so many. */
  static int checkCount(int channels) throws ProtocolException {
    if (channels < 1 || channels > MAX_CHANNELS) {
      throw new ProtocolException("a frame about " + channels + " channels");
    }
    return channels;
  }

  static ByteBuf credit(ByteBufAllocator allocator, int group, int index, int bytes) {
    return head(allocator, CREDIT, group, INDEX + 4).writeShort(index).writeInt(bytes);
  }

  static ByteBuf cancel(ByteBufAllocator allocator, int group, ConsumerEnd end, String reason) {
    byte[] text = encode(reason);
    return head(allocator, CANCEL, group, 1 + text.length).writeByte(end.code()).writeBytes(text);
  }

  static ByteBuf data(
      ByteBufAllocator allocator, int group, int index, byte[] data, int offset, int length) {
    return head(allocator, DATA, group, INDEX + length)
        .writeShort(index)
        .writeBytes(data, offset, length);
  }

  static ByteBuf end(ByteBufAllocator allocator, int group, int index) {
    return head(allocator, END, group, INDEX).writeShort(index);
  }

  /**
   * Ends channels badly.
   *
   * @param count how many of those listed; at least one and at most {@link #MAX_CHANNELS}
   */
  static ByteBuf error(
      ByteBufAllocator allocator, int[] groups, int[] indices, int count, ChannelError error) {
    byte[] text = encode(error.message());
    ByteBuf frame =
        head(allocator, ERROR, groups[0], 1 + 4 + count * (4 + INDEX) + text.length)
            .writeByte(error.kind().code())
            .writeInt(count);
    for (int i = 0; i < count; i++) {
      frame.writeInt(groups[i]).writeShort(indices[i]);
    }
    return frame.writeBytes(text);
  }

  /** The rest of the frame as text. */
  static String readReason(ByteBuf body) {
    return body.readCharSequence(body.readableBytes(), StandardCharsets.UTF_8).toString();
  }

  /** The reason of an ERROR frame of which its list comes next, and stays to be read. */
  static String readReasonBehindList(ByteBuf body, int count) {
    int list = body.readerIndex();
    String reason = readReason(body.skipBytes(count * (4 + INDEX)));
    body.readerIndex(list);
    return reason;
  }

  private static ByteBuf head(ByteBufAllocator allocator, byte type, int group, int body) {
    return allocator
        .directBuffer(LENGTH_FIELD + HEAD + body)
        .writeInt(HEAD + body)
        .writeByte(type)
        .writeInt(group);
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
