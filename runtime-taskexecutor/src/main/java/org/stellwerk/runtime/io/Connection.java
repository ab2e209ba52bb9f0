package org.stellwerk.runtime.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
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

  private final ChannelTable<RemoteSender> senders = new ChannelTable<>();
  private final ChannelTable<RemoteInputChannel> receivers = new ChannelTable<>();
  private final ChannelEnds ends = new ChannelEnds();
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

  /** Asks the peer for the channels of one task. Any thread. */
  void open(List<RemoteInputChannel> inputs) {
    onEventLoop(
        () -> {
          openAll(inputs);
          channel.flush();
        },
        () -> inputs.forEach(input -> input.connectionLost(lostException())));
  }

  private void openAll(List<RemoteInputChannel> inputs) {
    TaskManagerLostException gone = lost;
    if (gone != null) {
      inputs.forEach(input -> input.connectionLost(gone));
      return;
    }
    int credits = context.shares().window();
    List<ChannelRequest> run = new ArrayList<>();
    List<Integer> finished = new ArrayList<>(0);
    for (RemoteInputChannel input : inputs) {
      ChannelRequest request = input.request();
      if (!run.isEmpty() && (run.size() == Frames.MAX_CHANNELS || !request.isBeside(run.get(0)))) {
        writeOpen(run, credits);
        run.clear();
      }
      if (input.open(this, nextChannelId, credits)) {
        receivers.putIfAbsent(nextChannelId, input);
      } else if (input.hasFinished()) {
        // The producer must hear of it all the same: it waits for this consumer.
        finished.add(nextChannelId);
      } else {
        continue;
      }
      nextChannelId++;
      run.add(request);
    }
    if (!run.isEmpty()) {
      writeOpen(run, credits);
    }
    for (int id : finished) {
      channel.write(Frames.cancel(channel.alloc(), id, 1, ConsumerEnd.FINISHED, ""));
    }
  }

  private void writeOpen(List<ChannelRequest> run, int credits) {
    channel.write(Frames.open(channel.alloc(), nextChannelId - run.size(), run, credits));
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
    if (ends.add(new ChannelEnds.Left(channelId, end, reason))) {
      onEventLoop(this::tellEnds, () -> {});
    }
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
    if (ends.add(new ChannelEnds.Broken(sender, error))) {
      onEventLoop(this::tellEnds, () -> {});
    }
  }

  private void tellEnds() {
    ChannelEnds.Added ended = ends.drain();
    tellLeft(ended.left());
    tellBroken(ended.broken());
    channel.flush();
  }

  /** Those that left one after the other, for the same reason, in one frame. */
  private void tellLeft(List<ChannelEnds.Left> left) {
    ChannelEnds.Left first = null;
    int count = 0;
    for (ChannelEnds.Left next : left) {
      if (receivers.remove(next.channelId()) == null || next.end() == null) {
        continue;
      }
      if (first != null
          && first.channelId() + count == next.channelId()
          && count < Frames.MAX_CHANNELS
          && first.isTheSameAs(next)) {
        count++;
        continue;
      }
      writeCancel(first, count);
      first = next;
      count = 1;
    }
    writeCancel(first, count);
  }

  private void writeCancel(ChannelEnds.@Nullable Left first, int count) {
    ConsumerEnd end = first == null ? null : first.end();
    if (first != null && end != null) {
      channel.write(Frames.cancel(channel.alloc(), first.channelId(), count, end, first.reason()));
    }
  }

  /** Those that end for the same reason in one frame. */
  private void tellBroken(List<ChannelEnds.Broken> broken) {
    ChannelError error = null;
    int[] channels = new int[Math.min(broken.size(), Frames.MAX_CHANNELS)];
    int count = 0;
    for (ChannelEnds.Broken next : broken) {
      if (!removeSender(next.sender())) {
        continue;
      }
      if (error != null && (!error.equals(next.error()) || count == channels.length)) {
        channel.write(Frames.error(channel.alloc(), channels, count, error));
        count = 0;
      }
      error = next.error();
      channels[count++] = next.sender().channelId();
    }
    if (error != null) {
      channel.write(Frames.error(channel.alloc(), channels, count, error));
    }
  }

  /** Nothing of the sender will be sent any more. Called by the event loop. */
  boolean removeSender(RemoteSender sender) {
    if (senders.get(sender.channelId()) != sender) {
      return false;
    }
    senders.remove(sender.channelId());
    return true;
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
      case Frames.ERROR -> error(frame);
      default -> throw new ProtocolException("a frame of unknown type " + type);
    }
  }

  private void accept(int firstId, ByteBuf frame) throws ProtocolException {
    Frames.Opening opening = Frames.readOpening(frame);
    int channelId = firstId;
    for (ChannelRequest request : opening.requests()) {
      RemoteSender sender = new RemoteSender(this, channelId, request, opening.credits(), context);
      if (!senders.putIfAbsent(channelId, sender)) {
        throw new ProtocolException("channel " + channelId + " opened twice");
      }
      channelId++;
      requests.request(request, sender);
    }
  }

  private void credit(int channelId, ByteBuf frame) {
    RemoteSender sender = senders.get(channelId);
    if (sender != null) {
      sender.credit(frame.readInt());
    }
  }

  private void cancel(int firstId, ByteBuf frame) throws ProtocolException {
    int count = readCount(frame);
    ConsumerEnd end = known(ConsumerEnd.of(frame.readByte()));
    String reason = Frames.readReason(frame);
    for (int channelId = firstId; channelId < firstId + count; channelId++) {
      RemoteSender sender = senders.remove(channelId);
      if (sender != null && sender.consumerClosed(end, reason)) {
        requests.withdraw(sender.request(), sender, end);
      }
    }
  }

  private void error(ByteBuf frame) throws ProtocolException {
    ChannelError.Kind kind = known(ChannelError.Kind.of(frame.readByte()));
    int count = readCount(frame);
    List<RemoteInputChannel> failed = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      RemoteInputChannel input = receivers.remove(frame.readInt());
      if (input != null) {
        failed.add(input);
      }
    }
    ChannelError error = new ChannelError(kind, Frames.readReason(frame));
    failed.forEach(input -> input.error(error));
  }

  private static int readCount(ByteBuf frame) throws ProtocolException {
    int count = frame.readInt();
    if (count < 1 || count > Frames.MAX_CHANNELS) {
      throw new ProtocolException("a frame about " + count + " channels");
    }
    return count;
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
    receivers.takeAll().forEach(input -> input.connectionLost(gone));
    for (RemoteSender sender : senders.takeAll()) {
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
