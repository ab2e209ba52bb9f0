package org.stellwerk.runtime.io;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.channels.ClosedChannelException;
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
 * It breaks, too, with any error here while it is read or written: what a channel has missed then,
 * a frame or its turn, would have its tasks wait for ever.
 */
final class Connection extends SimpleChannelInboundHandler<ByteBuf> {

  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Channel channel;
  private final TaskManagerLocation peer;
  private final ExchangeContext context;
  private final RequestHandler requests;

  private final GroupTable<RemoteSenders> senders = new GroupTable<>();
  private final GroupTable<RemoteInputs> receivers = new GroupTable<>();
  private final ChannelEnds ends = new ChannelEnds();
  private final Queue<RemoteSender> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean pumpScheduled = new AtomicBoolean();
  private int nextGroup;
  private volatile @Nullable Throwable failure;
  private @Nullable TaskManagerLostException lost;

  /** Where requests of the peer go. */
  interface RequestHandler {
    void request(RemoteSenders senders);

    void withdraw(RemoteSenders senders, ConsumerEnd end);
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

  /** Breaks the connection; the cause becomes that of its channels' failures. Any thread. */
  void fail(Throwable cause) {
    // Writes that a close has cut off are no cause of it.
    if (failure == null && !(cause instanceof ClosedChannelException)) {
      failure = cause;
    }
    channel.close();
  }

  /** Writes a frame; if that fails netty tells {@link #exceptionCaught}. */
  private void send(ByteBuf frame) {
    channel.write(frame, channel.voidPromise());
  }

  /** Asks the peer for the channels of one task. Any thread. */
  void open(List<RemoteInputs> inputs) {
    onEventLoop(
        () -> {
          inputs.forEach(this::open);
          channel.flush();
        },
        () -> inputs.forEach(input -> input.connectionLost(lostException())));
  }

  private void open(RemoteInputs inputs) {
    TaskManagerLostException gone = lost;
    if (gone != null) {
      inputs.connectionLost(gone);
      return;
    }
    int credits = context.shares().window();
    boolean opened = inputs.open(this, nextGroup, credits);
    if (!opened && !inputs.hasFinished()) {
      return;
    }
    int group = nextGroup++;
    send(Frames.open(channel.alloc(), group, inputs.requests(), credits));
    if (opened) {
      receivers.putIfAbsent(group, inputs);
    } else {
      // The producers must hear of it all the same: they wait for this consumer.
      send(Frames.cancel(channel.alloc(), group, ConsumerEnd.FINISHED, ""));
    }
  }

  /** Lets a producer send more. Any thread. */
  void sendCredit(int group, int index, int bytes) {
    channel.writeAndFlush(
        Frames.credit(channel.alloc(), group, index, bytes), channel.voidPromise());
  }

  /** The consumer left channels of which some have not ended. Any thread. */
  void closeReceivers(RemoteInputs inputs, ConsumerEnd end, String reason) {
    if (ends.add(new ChannelEnds.Left(inputs, end, reason))) {
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
  void sendError(RemoteSenders group, int index, ChannelError error) {
    if (ends.add(group, index, error)) {
      onEventLoop(this::tellEnds, () -> {});
    }
  }

  private void tellEnds() {
    ChannelEnds.Added ended = ends.drain();
    ended.left().forEach(this::tellLeft);
    ended.broken().forEach(this::tellBroken);
    channel.flush();
  }

  private void tellLeft(ChannelEnds.Left left) {
    int group = left.inputs().number();
    if (receivers.get(group) == left.inputs()) {
      receivers.remove(group);
      send(Frames.cancel(channel.alloc(), group, left.end(), left.reason()));
    }
  }

  private void tellBroken(ChannelEnds.Broken broken) {
    int[] groups = new int[Math.min(broken.count(), Frames.MAX_CHANNELS)];
    int[] indices = new int[groups.length];
    int count = 0;
    for (int i = 0; i < broken.count(); i++) {
      if (!endTold(broken.group(i))) {
        continue;
      }
      if (count == groups.length) {
        send(Frames.error(channel.alloc(), groups, indices, count, broken.error()));
        count = 0;
      }
      groups[count] = broken.group(i).number();
      indices[count++] = broken.index(i);
    }
    if (count > 0) {
      send(Frames.error(channel.alloc(), groups, indices, count, broken.error()));
    }
  }

  /**
   * The peer is told the end of one more channel. Called by the event loop.
   *
   * @return false if it has left the group's channels, so that it need not be told
   */
  boolean endTold(RemoteSenders group) {
    if (senders.get(group.number()) != group) {
      return false;
    }
    if (group.told()) {
      senders.remove(group.number());
    }
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
    int group = frame.readInt();
    switch (type) {
      case Frames.OPEN -> accept(group, frame);
      case Frames.CREDIT -> credit(group, frame);
      case Frames.CANCEL -> cancel(group, frame);
      case Frames.DATA -> data(group, frame);
      case Frames.END -> end(group, frame);
      case Frames.ERROR -> error(frame);
      default -> throw new ProtocolException("a frame of unknown type " + type);
    }
  }

  private void accept(int group, ByteBuf frame) throws ProtocolException {
    Frames.Opening opening = Frames.readOpening(frame);
    RemoteSenders opened =
        new RemoteSenders(this, group, opening.requests(), opening.credits(), context);
    if (!senders.putIfAbsent(group, opened)) {
      throw new ProtocolException("group " + group + " opened twice");
    }
    requests.request(opened);
  }

  private void credit(int group, ByteBuf frame) throws ProtocolException {
    RemoteSenders known = senders.get(group);
    if (known != null) {
      known.credit(readIndex(frame, known.requests()), frame.readInt());
    }
  }

  private void cancel(int group, ByteBuf frame) throws ProtocolException {
    ConsumerEnd end = known(ConsumerEnd.of(frame.readByte()));
    RemoteSenders left = senders.remove(group);
    if (left != null) {
      left.consumerClosed(end, Frames.readReason(frame));
      requests.withdraw(left, end);
    }
  }

  private void data(int group, ByteBuf frame) throws ProtocolException {
    RemoteInputs inputs = receivers.get(group);
    if (inputs == null) {
      return;
    }
    int index = readIndex(frame, inputs.requests());
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    if (!inputs.data(index, bytes)) {
      throw new ProtocolException(
          "channel " + index + " of group " + group + " has sent more than it may");
    }
  }

  private void end(int group, ByteBuf frame) throws ProtocolException {
    RemoteInputs inputs = receivers.get(group);
    if (inputs != null && inputs.end(readIndex(frame, inputs.requests()))) {
      receivers.remove(group);
    }
  }

  private void error(ByteBuf frame) throws ProtocolException {
    ChannelError.Kind kind = known(ChannelError.Kind.of(frame.readByte()));
    int count = Frames.checkCount(frame.readInt());
    ChannelError error = new ChannelError(kind, Frames.readReasonBehindList(frame, count));
    for (int i = 0; i < count; i++) {
      int group = frame.readInt();
      int index = frame.readUnsignedShort();
      RemoteInputs inputs = receivers.get(group);
      if (inputs != null && inputs.error(checkIndex(index, inputs.requests()), error)) {
        receivers.remove(group);
      }
    }
  }

  private static int readIndex(ByteBuf frame, ChannelRequests requests) throws ProtocolException {
    return checkIndex(frame.readUnsignedShort(), requests);
  }

  private static int checkIndex(int index, ChannelRequests requests) throws ProtocolException {
    if (index >= requests.size()) {
      throw new ProtocolException("a frame about channel " + index + " of " + requests.size());
    }
    return index;
  }

  private static <E> E known(@Nullable E constant) throws ProtocolException {
    if (constant == null) {
      throw new ProtocolException("an unknown code");
    }
    return constant;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    TaskManagerLostException gone = lostException();
    lost = gone;
    List<RemoteSenders> outgoing = senders.takeAll();
    List<RemoteInputs> incoming = receivers.takeAll();
    if (failure != null || !outgoing.isEmpty() || !incoming.isEmpty()) {
      LOG.info(
          "{}; {} outgoing and {} incoming channels fail.",
          gone.getMessage(),
          outgoing.stream().mapToInt(RemoteSenders::open).sum(),
          incoming.stream().mapToInt(RemoteInputs::openChannels).sum());
    }
    incoming.forEach(inputs -> inputs.connectionLost(gone));
    for (RemoteSenders each : outgoing) {
      requests.withdraw(each, ConsumerEnd.FAILED);
      each.connectionLost(gone);
    }
    ready.clear();
  }

  private TaskManagerLostException lostException() {
    Throwable cause = failure;
    String why =
        cause == null
            ? "it was closed by the other end"
            : cause instanceof Error || cause.getMessage() == null
                ? cause.toString()
                : cause.getMessage();
    return new TaskManagerLostException(
        peer.resourceId(), "Lost the connection to " + describe(peer) + ": " + why, cause);
  }

  /**
   * Netty only logs what a task of an event loop throws: it breaks the connection here.
   *
   * @param ifLost tells those of whom the action has not yet told the connection
   */
  private void onEventLoop(Runnable action, Runnable ifLost) {
    try {
      channel.eventLoop().execute(() -> run(action, ifLost));
    } catch (RejectedExecutionException e) {
      ifLost.run();
    } catch (Throwable t) {
      fail(t);
      ifLost.run();
      throw t;
    }
  }

  private void run(Runnable action, Runnable ifLost) {
    if (!attempt(action)) {
      ifLost.run();
    }
  }

  /**
   * Does what no pipeline does; an error breaks the connection. Called by the event loop.
   *
   * @return whether it went well
   */
  boolean attempt(Runnable action) {
    try {
      action.run();
      return true;
    } catch (Throwable t) {
      fail(t);
      return false;
    }
  }
}
