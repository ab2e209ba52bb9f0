package org.stellwerk.runtime.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * The first bytes on a connection, in both directions: magic, version, a body with a length. The
 * dialling side says who it is and whom it means; the other answers with a status and a text. Bytes
 * that do not begin like this are recognised by the first that differs. Event loop only.
 */
abstract class Handshake extends ByteToMessageDecoder {

  static final byte ACCEPTED = 0;
  static final byte REFUSED = 1;

  /** Both dialled at once and the other's connection is kept. */
  static final byte USE_MINE = 2;

  private static final byte[] MAGIC = {'S', 'W', 'D', 'X'};
  private static final short VERSION = 4;
  private static final int HEAD = MAGIC.length + 2 + 2;
  private static final int MAX_BODY = 4096;

  private final Duration timeout;
  private boolean done;

  /**
   * One that is still to come.
   *
   * @param timeout how long the peer's part may take
   */
  Handshake(Duration timeout) {
    this.timeout = timeout;
  }

  /** What came instead of a handshake, for one line of the log. */
  abstract void failed(ChannelHandlerContext ctx, String why);

  /** The peer speaks another version. */
  abstract void otherVersion(ChannelHandlerContext ctx, int version);

  /** The body is complete. */
  abstract void received(ChannelHandlerContext ctx, ByteBuf body);

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    ctx.executor()
        .schedule(
            () -> {
              if (!done) {
                finish(ctx, "no handshake within " + timeout.toMillis() + " ms");
              }
            },
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (done) {
      in.skipBytes(in.readableBytes());
      return;
    }
    for (int i = 0; i < Math.min(MAGIC.length, in.readableBytes()); i++) {
      if (in.getByte(in.readerIndex() + i) != MAGIC[i]) {
        finish(ctx, "it does not speak the protocol of the data exchange");
        in.skipBytes(in.readableBytes());
        return;
      }
    }
    if (in.readableBytes() < HEAD) {
      return;
    }
    int version = in.getShort(in.readerIndex() + MAGIC.length);
    int length = in.getUnsignedShort(in.readerIndex() + MAGIC.length + 2);
    if (version != VERSION) {
      done = true;
      otherVersion(ctx, version);
      in.skipBytes(in.readableBytes());
    } else if (length > MAX_BODY) {
      finish(ctx, "a handshake of " + length + " bytes");
      in.skipBytes(in.readableBytes());
    } else if (in.readableBytes() >= HEAD + length) {
      in.skipBytes(HEAD);
      done = true;
      received(ctx, in.readSlice(length));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (!done) {
      finish(ctx, "it was closed before the handshake");
    }
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!done) {
      finish(ctx, String.valueOf(cause.getMessage()));
    } else {
      ctx.close();
    }
  }

  private void finish(ChannelHandlerContext ctx, String why) {
    done = true;
    failed(ctx, why);
    ctx.close();
  }

  /** The connection takes over; bytes that have come already are passed on. */
  final void upgrade(ChannelHandlerContext ctx, Connection connection) {
    ctx.pipeline()
        .addLast(
            new LengthFieldBasedFrameDecoder(
                Frames.MAX_FRAME, 0, Frames.LENGTH_FIELD, 0, Frames.LENGTH_FIELD))
        .addLast(connection)
        .remove(this);
  }

  /** The dialling side's bytes. */
  static ByteBuf hello(Channel channel, TaskManagerLocation self, ResourceID expected) {
    ByteBuf body = channel.alloc().buffer();
    writeText(body, self.resourceId().value());
    writeText(body, self.host());
    body.writeInt(self.dataPort());
    writeText(body, expected.value());
    return wrap(channel, body);
  }

  /** The answering side's bytes. */
  static ByteBuf answer(Channel channel, byte status, String text) {
    ByteBuf body = channel.alloc().buffer();
    body.writeByte(status);
    writeText(body, text);
    return wrap(channel, body);
  }

  static @Nullable String readText(ByteBuf body) {
    if (body.readableBytes() < 2) {
      return null;
    }
    int length = body.readUnsignedShort();
    return body.readableBytes() < length
        ? null
        : body.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  private static void writeText(ByteBuf body, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    body.writeShort(bytes.length).writeBytes(bytes);
  }

  private static ByteBuf wrap(Channel channel, ByteBuf body) {
    try {
      return channel
          .alloc()
          .buffer()
          .writeBytes(MAGIC)
          .writeShort(VERSION)
          .writeShort(body.readableBytes())
          .writeBytes(body);
    } finally {
      body.release();
    }
  }
}
