package org.stellwerk.runtime.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * One TCP connection to another TaskExecutor, after its handshake: carries all channels between the
 * two, in both directions. Its maps belong to the channel's event loop; other threads go through
 * it. Senders take turns, one chunk each, while the socket takes more; so a channel whose consumer
 * is slow, being without credits, never holds up another.
 *
 * <p>When the connection breaks, every channel on it fails with an exception that names the peer.
 */
final class Connection extends SimpleChannelInboundHandler<ByteBuf> {

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Channel channel;
  private final TaskManagerLocation peer;
  private final ExchangeContext context;
  private final RequestHandler requests;

  private final IntObjectMap<RemoteSender> senders = new IntObjectHashMap<>(4);
  private final IntObjectMap<RemoteInputChannel> receivers = new IntObjectHashMap<>(4);
  private final Queue<RemoteSender> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean pumpScheduled = new AtomicBoolean();
  private int nextChannelId;
  private @Nullable Throwable failure;
  private @Nullable TaskManagerLostException lost;

  /** Where requests of the peer go. */
  interface RequestHandler {
    void request(ChannelRequest request, RemoteSender sender);

    void withdraw(ChannelRequest request, RemoteSender sender, ConsumerEnd end);
  }

  Connection(
      Channel channel, TaskManagerLocation peer, ExchangeContext context, RequestHandler requests) {
    this.channel = channel;
    this.peer = peer;
    this.context = context;
    this.requests = requests;
  }

  static String describe(TaskManagerLocation location) {
    return "TaskManager "
        + location.resourceId()
        + " ("
        + location.host()
        + ":"
        + location.dataPort()
        + ")";
  }

  TaskManagerLocation peer() {
    return peer;
  }

  boolean isActive() {
    return channel.isActive();
  }

  void close() {
    channel.close();
  }

  /** Asks the peer for the channels. Any thread. */
  void open(List<RemoteInputChannel> inputs) {
    onEventLoop(
        () -> {
          for (RemoteInputChannel input : inputs) {
            open(input);
          }
          channel.flush();
        },
        () -> inputs.forEach(input -> input.connectionLost(lostException())));
  }

  private void open(RemoteInputChannel input) {
    TaskManagerLostException gone = lost;
    if (gone != null) {
      input.connectionLost(gone);
      return;
    }
    int id = nextChannelId++;
    int credits = input.open(this, id);
    if (credits > 0) {
      receivers.put(id, input);
      channel.write(Frames.open(channel.alloc(), id, input.request(), credits));
    } else if (input.hasFinished()) {
      // The producer must hear of it all the same: it waits for this consumer.
      channel.write(Frames.open(channel.alloc(), id, input.request(), 0));
      channel.write(Frames.cancel(channel.alloc(), id, ConsumerEnd.FINISHED, ""));
    }
  }

  /** Lets the producer send more. Any thread. */
  void sendCredit(int channelId, int bytes) {
    channel.writeAndFlush(Frames.credit(channel.alloc(), channelId, bytes));
  }

  /**
   * The consumer needs the channel no longer. Any thread.
   *
   * @param end what the producer is told; null if it has already ended
   */
  void closeReceiver(int channelId, @Nullable ConsumerEnd end, String reason) {
    onEventLoop(
        () -> {
          if (receivers.remove(channelId) != null && end != null) {
            channel.writeAndFlush(Frames.cancel(channel.alloc(), channelId, end, reason));
          }
        },
        () -> {});
  }

  /** The sender has something to send, and credits. Any thread. */
  void senderReady(RemoteSender sender) {
    ready.add(sender);
    if (pumpScheduled.compareAndSet(false, true)) {
      onEventLoop(this::pump, () -> {});
    }
  }

  /** Ends a channel badly. Any thread. */
  void sendError(RemoteSender sender, ChannelError error) {
    onEventLoop(
        () -> {
          if (senders.remove(sender.channelId(), sender)) {
            channel.writeAndFlush(Frames.error(channel.alloc(), sender.channelId(), error));
          }
        },
        () -> {});
  }

  /** Everything of the sender has been sent. Called by the event loop. */
  void removeSender(RemoteSender sender) {
    senders.remove(sender.channelId(), sender);
  }

  private void pump() {
    pumpScheduled.set(false);
    boolean written = false;
    while (channel.isWritable()) {
      RemoteSender sender = ready.poll();
      if (sender == null) {
        break;
      }
      written = true;
      if (sender.writeNext(channel)) {
        ready.add(sender);
      }
    }
    if (written) {
      channel.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && !ready.isEmpty() && pumpScheduled.compareAndSet(false, true)) {
      onEventLoop(this::pump, () -> {});
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) throws ProtocolException {
    if (frame.readableBytes() < 5) {
      throw new ProtocolException("a frame of " + frame.readableBytes() + " bytes");
    }
    byte type = frame.readByte();
    int channelId = frame.readInt();
    switch (type) {
      case Frames.OPEN -> accept(channelId, frame);
      case Frames.CREDIT -> credit(channelId, frame);
      case Frames.CANCEL -> cancel(channelId, frame);
      case Frames.DATA -> data(channelId, frame);
      case Frames.END -> {
        RemoteInputChannel input = receivers.remove(channelId);
        if (input != null) {
          input.end();
        }
      }
      case Frames.ERROR -> {
        RemoteInputChannel input = receivers.remove(channelId);
        if (input != null) {
          ChannelError.Kind kind = known(ChannelError.Kind.of(frame.readByte()));
          input.error(new ChannelError(kind, Frames.readReason(frame)));
        }
      }
      default -> throw new ProtocolException("a frame of unknown type " + type);
    }
  }

  private void accept(int channelId, ByteBuf frame) throws ProtocolException {
    ChannelRequest request = Frames.readRequest(frame);
    int credits = frame.readInt();
    RemoteSender sender = new RemoteSender(this, channelId, request, credits, context);
    if (senders.putIfAbsent(channelId, sender) != null) {
      throw new ProtocolException("channel " + channelId + " opened twice");
    }
    requests.request(request, sender);
  }

  private void credit(int channelId, ByteBuf frame) {
    RemoteSender sender = senders.get(channelId);
    if (sender != null) {
      sender.credit(frame.readInt());
    }
  }

  private void cancel(int channelId, ByteBuf frame) throws ProtocolException {
    RemoteSender sender = senders.remove(channelId);
    if (sender != null) {
      ConsumerEnd end = known(ConsumerEnd.of(frame.readByte()));
      sender.consumerClosed(end, Frames.readReason(frame));
      requests.withdraw(sender.request(), sender, end);
    }
  }

  private void data(int channelId, ByteBuf frame) throws ProtocolException {
    RemoteInputChannel input = receivers.get(channelId);
    if (input == null) {
      return;
    }
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    if (!input.data(bytes)) {
      throw new ProtocolException("channel " + channelId + " has sent more than it may");
    }
  }

  private static <E> E known(@Nullable E constant) throws ProtocolException {
    if (constant == null) {
      throw new ProtocolException("an unknown code");
    }
    return constant;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    TaskManagerLostException gone = lostException();
    lost = gone;
    if (failure != null || !senders.isEmpty() || !receivers.isEmpty()) {
      LOG.info(
          "{}; {} outgoing and {} incoming channels fail.",
          gone.getMessage(),
          senders.size(),
          receivers.size());
    }
    List<RemoteInputChannel> inputs = new ArrayList<>(receivers.values());
    receivers.clear();
    inputs.forEach(input -> input.connectionLost(gone));
    List<RemoteSender> outputs = new ArrayList<>(senders.values());
    senders.clear();
    for (RemoteSender sender : outputs) {
      requests.withdraw(sender.request(), sender, ConsumerEnd.FAILED);
      sender.connectionLost(gone);
    }
    ready.clear();
  }

  private TaskManagerLostException lostException() {
    Throwable cause = failure;
    String why =
        cause == null
            ? "it was closed by the other end"
            : cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new TaskManagerLostException(
        peer.resourceId(), "Lost the connection to " + describe(peer) + ": " + why, cause);
  }

  private void onEventLoop(Runnable action, Runnable ifClosed) {
    try {
      channel.eventLoop().execute(action);
    } catch (RejectedExecutionException e) {
      ifClosed.run();
    }
  }

  /** The peer does not keep to the protocol. */
  private static final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    ProtocolException(String what) {
      super("protocol violated, " + what);
    }
  }
}
