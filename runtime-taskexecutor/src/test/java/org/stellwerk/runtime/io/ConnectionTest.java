package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.runtime.io.TestExchange.attempt;
import static org.stellwerk.runtime.io.TestExchange.requests;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * Both ends of groups of channels as the frames of a connection move them, and what becomes of them
 * when it fails.
 */
@Timeout(60)
class ConnectionTest {

  private static final TaskManagerLocation PEER =
      new TaskManagerLocation(new ResourceID("peer"), "127.0.0.1", 1);
  private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

  private final MemoryShares shares = new MemoryShares(1 << 20, 1 << 10);
  private final ExchangeContext context =
      TestExchange.context(shares, new Flusher(Executors.newScheduledThreadPool(0)));
  private final List<RemoteSenders> requested = new ArrayList<>();
  private final List<String> withdrawn = new ArrayList<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Connection connection =
      new Connection(
          channel,
          PEER,
          context,
          new Connection.RequestHandler() {
            @Override
            public void request(RemoteSenders senders) {
              requested.add(senders);
            }

            @Override
            public void withdraw(RemoteSenders senders, ConsumerEnd end) {
              withdrawn.add(senders.number() + " " + end);
            }
          });
  private final CancelScope scope = new CancelScope();
  private final InputGate<Object> gate =
      new InputGate<>(scope, new IoCounters(), Duration.ofMillis(1));

  ConnectionTest() {
    channel.pipeline().addLast(connection);
  }

  /** A frame without its length, which the pipeline takes off. */
  private void receive(ByteBuf frame) {
    frame.skipBytes(Frames.LENGTH_FIELD);
    channel.writeInbound(frame);
    channel.runPendingTasks();
  }

  /** What is sent, one frame after the other: "type group body-length". */
  private @Nullable String sent() {
    channel.runPendingTasks();
    ByteBuf frame = channel.readOutbound();
    if (frame == null) {
      return null;
    }
    frame.skipBytes(Frames.LENGTH_FIELD);
    String text = frame.readByte() + " " + frame.readInt() + " " + frame.readableBytes();
    frame.release();
    return text;
  }

  private RemoteSenders opened(int number, int... producers) {
    receive(Frames.open(ALLOCATOR, number, requests(producers), 100));
    return requested.get(requested.size() - 1);
  }

  private RemoteInputs open(int... producers) {
    RemoteInputs inputs = new RemoteInputs(requests(producers), PEER, gate, context);
    gate.setUp(List.of(inputs), producers.length, new TaskSerializer(getClass().getClassLoader()));
    connection.open(List.of(inputs));
    assertThat(sent()).startsWith("1 " + inputs.number() + " ");
    return inputs;
  }

  @Test
  void aRequestArrivesAsItWasSent() {
    ChannelRequests received = opened(7, 1, 4, 900).requests();
    assertThat(received.size()).isEqualTo(3);
    assertThat(received.get(1)).isEqualTo(requests(1, 4, 900).get(1));
    assertThat(received.get(2).producer()).isEqualTo(attempt(1, 900));
    assertThat(received.producers().indexOf(4)).isEqualTo(1);
    assertThat(received.producers().indexOf(2)).isNegative();
  }

  @Test
  void aRequestThatIsNotInOrderBreaksTheConnection() {
    ByteBuf frame = Frames.open(ALLOCATOR, 7, requests(1, 4), 100);
    int last = frame.writerIndex() - 2 * Integer.BYTES;
    frame.setInt(last, 1);
    receive(frame);
    assertThat(requested).isEmpty();
    assertThat(channel.isActive()).isFalse();
  }

  @Test
  void channelsAreCountedWhileTheirProducerIsThere() {
    RemoteSenders senders = opened(7, 0, 1, 2);
    assertThat(shares.openSenders()).isZero();
    senders.attached(0);
    senders.attached(2);
    assertThat(shares.openSenders()).isEqualTo(2);
    receive(Frames.cancel(ALLOCATOR, 7, ConsumerEnd.FINISHED, ""));
    assertThat(shares.openSenders()).isZero();
    assertThat(withdrawn).containsExactly("7 FINISHED");
    senders.attached(1);
    assertThat(shares.openSenders()).isZero();
  }

  @Test
  void aProducerThatComesAfterItsConsumerHasFinishedNeedNotSend() throws Exception {
    RemoteSenders senders = opened(7, 0, 1);
    receive(Frames.cancel(ALLOCATOR, 7, ConsumerEnd.FINISHED, ""));
    senders.attached(0);
    RemoteSender sender = senders.sink(0, scope);
    sender.put(encoded("word"), new ClassDictionary(), new IoCounters());
    sender.end();
    sender.awaitDrained();
    assertThat(sent()).isNull();
    assertThat(shares.bufferedBytes()).isZero();
  }

  @Test
  void idleChannelsThatFailTogetherAreToldInOneFrame() {
    RemoteSenders first = opened(7, 0, 1, 2);
    RemoteSenders second = opened(8, 1, 2);
    ChannelError error = new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "failed");
    for (RemoteSenders each : List.of(first, second)) {
      int index = each.requests().producers().indexOf(1);
      each.attached(index);
      each.abort(index, error);
      each.abort(index, error);
    }
    assertThat(sent()).isEqualTo("6 7 " + (1 + 4 + 2 * 6 + "failed".length()));
    assertThat(sent()).isNull();
    assertThat(shares.openSenders()).isZero();
  }

  @Test
  void aConsumerIsToldOfTheFirstProducerThatEndsBadlyAndOfEachThatIsNotThere() {
    RemoteSenders senders = opened(7, 0, 1, 2, 3);
    senders.attached(0);
    senders.attached(1);
    senders.attached(2);
    senders.sink(2, scope); // about to send
    senders.abort(0, new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "first"));
    assertThat(sent()).isEqualTo("6 7 " + (1 + 4 + 6 + "first".length()));
    senders.abort(1, new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "second"));
    senders.abort(2, new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "third"));
    senders.refused(3, new ChannelError(ChannelError.Kind.NOT_FOUND, "fourth"));
    assertThat(sent()).isEqualTo("6 7 " + (1 + 4 + 6 + "fourth".length()));
    assertThat(sent()).isNull();
    assertThat(shares.openSenders()).isZero();
    receive(Frames.cancel(ALLOCATOR, 7, ConsumerEnd.FAILED, "left"));
    assertThat(withdrawn).containsExactly("7 FAILED");
  }

  @Test
  void whatIsWrittenAndEndedIsSentAndWhatIsLeftIsClosedWithTheConnection() throws Exception {
    RemoteSenders senders = opened(7, 0, 1);
    senders.attached(0);
    senders.attached(1);
    RemoteSender sender = senders.sink(0, scope);
    sender.put(encoded("word"), new ClassDictionary(), new IoCounters());
    sender.end();
    assertThat(sent()).startsWith("4 7 ");
    assertThat(sent()).isEqualTo("5 7 2");
    sender.awaitDrained();
    assertThat(shares.openSenders()).isEqualTo(1);
    channel.close();
    channel.runPendingTasks();
    assertThat(shares.openSenders()).isZero();
    assertThat(withdrawn).containsExactly("7 FAILED");
    RemoteSender late = senders.sink(1, scope);
    assertThat(catchIo(late::awaitDrained)).isInstanceOf(TaskManagerLostException.class);
  }

  @Test
  void aGateEndsWithChannelsThatHaveNeverCarriedData() throws Exception {
    RemoteInputs inputs = open(0, 1, 2);
    assertThat(shares.openReceivers()).isEqualTo(3);
    for (int i = 2; i >= 0; i--) {
      receive(Frames.end(ALLOCATOR, inputs.number(), i));
    }
    assertThat(gate.next()).isNull();
    gate.close(ConsumerEnd.FINISHED, "");
    assertThat(sent()).isNull();
    assertThat(shares.openReceivers()).isZero();
  }

  @Test
  void aConsumerThatLeavesTellsTheGroupOnce() {
    RemoteInputs inputs = open(0, 1, 2);
    receive(Frames.end(ALLOCATOR, inputs.number(), 1));
    receive(Frames.data(ALLOCATOR, inputs.number(), 0, new byte[10], 0, 10));
    assertThat(shares.bufferedBytes()).isEqualTo(10);
    gate.close(ConsumerEnd.FAILED, "no");
    assertThat(sent()).isEqualTo("3 " + inputs.number() + " 3");
    assertThat(sent()).isNull();
    assertThat(shares.bufferedBytes()).isZero();
    assertThat(shares.openReceivers()).isZero();
    receive(Frames.data(ALLOCATOR, inputs.number(), 0, new byte[10], 0, 10));
    assertThat(channel.isActive()).isTrue();
  }

  @Test
  void whoSendsMoreThanPromisedOrAfterTheEndLosesTheConnection() {
    RemoteInputs inputs = open(0, 1);
    int tooMuch = shares.window() + 1;
    receive(Frames.data(ALLOCATOR, inputs.number(), 0, new byte[tooMuch], 0, tooMuch));
    assertThat(channel.isActive()).isFalse();
    assertThat(catchIo(gate::next)).hasMessageContaining("has sent more than it may");
  }

  @Test
  void aChannelThatTheGroupDoesNotHaveBreaksTheConnection() {
    RemoteInputs inputs = open(0, 1);
    receive(Frames.end(ALLOCATOR, inputs.number(), 2));
    assertThat(channel.isActive()).isFalse();
    assertThat(catchIo(gate::next)).hasMessageContaining("a frame about channel 2 of 2");
  }

  @Test
  void anErrorNamesTheChannelsItIsAbout() {
    RemoteInputs inputs = open(0, 1);
    ChannelError error = new ChannelError(ChannelError.Kind.REFUSED, "no such output");
    receive(Frames.error(ALLOCATOR, new int[] {inputs.number(), 99}, new int[] {1, 0}, 2, error));
    assertThat(inputs.openChannels()).isEqualTo(1);
    assertThat(catchIo(gate::next)).hasMessageContaining("no such output");
    gate.close(ConsumerEnd.FAILED, "");
    assertThat(sent()).isEqualTo("3 " + inputs.number() + " 1");
  }

  @Test
  void dataThatCannotBeWrittenBreaksTheConnection() throws Exception {
    RemoteSenders senders = opened(7, 0, 1);
    senders.attached(0);
    RemoteSender sender = senders.sink(0, scope);
    sender.put(encoded("word"), new ClassDictionary(), new IoCounters());
    sender.end();
    channel.config().setAllocator(new FullAllocator());
    channel.runPendingTasks();
    assertThat(channel.isActive()).isFalse();
    assertThat(catchIo(sender::awaitDrained))
        .isInstanceOf(TaskManagerLostException.class)
        .hasMessageEndingWith("(127.0.0.1:1): java.lang.OutOfMemoryError: made by the test")
        .hasCauseInstanceOf(OutOfMemoryError.class);
    assertThat(withdrawn).containsExactly("7 FAILED");
    assertThat(shares.bufferedBytes()).isZero();
    assertThat(shares.openSenders()).isZero();
  }

  @Test
  void aFrameThatThePipelineDoesNotTakeBreaksTheConnection() throws Exception {
    RemoteSenders senders = opened(7, 0);
    senders.attached(0);
    RemoteSender sender = senders.sink(0, scope);
    channel.pipeline().addFirst(new Untaking());
    sender.put(encoded("word"), new ClassDictionary(), new IoCounters());
    sender.end();
    channel.runPendingTasks();
    assertThat(channel.isActive()).isFalse();
    assertThat(catchIo(sender::awaitDrained)).hasMessageEndingWith(": not taken");
  }

  @Test
  void anEndThatCannotBeToldBreaksTheConnection() {
    RemoteSenders senders = opened(7, 0, 1);
    senders.attached(0);
    senders.abort(0, new ChannelError(ChannelError.Kind.PRODUCER_ENDED, "failed"));
    channel.config().setAllocator(new FullAllocator());
    channel.runPendingTasks();
    assertThat(channel.isActive()).isFalse();
    assertThat(withdrawn).containsExactly("7 FAILED");
  }

  @Test
  void aRequestThatCannotBeSentFailsItsReader() {
    RemoteInputs inputs = new RemoteInputs(requests(0, 1), PEER, gate, context);
    gate.setUp(List.of(inputs), 2, new TaskSerializer(getClass().getClassLoader()));
    channel.config().setAllocator(new FullAllocator());
    connection.open(List.of(inputs));
    channel.runPendingTasks();
    assertThat(channel.isActive()).isFalse();
    assertThat(catchIo(gate::next)).hasCauseInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void aCreditThatCannotBeSentBreaksTheConnection() {
    RemoteInputs inputs = open(0, 1);
    channel.pipeline().addFirst(new Untaking());
    inputs.grant(0, 10);
    channel.runPendingTasks();
    assertThat(channel.isActive()).isFalse();
    assertThat(catchIo(gate::next)).hasMessageEndingWith(": not taken");
  }

  /** There is no memory. */
  private static final class FullAllocator extends AbstractByteBufAllocator {
    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      throw new OutOfMemoryError("made by the test");
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      throw new OutOfMemoryError("made by the test");
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  /** The next handler, or the socket, that a frame comes to throws. */
  private static final class Untaking extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object frame, ChannelPromise promise) {
      ((ByteBuf) frame).release();
      throw new IllegalStateException("not taken");
    }
  }

  private static TaskSerializer encoded(Object record) throws IOException {
    TaskSerializer serializer = new TaskSerializer(ConnectionTest.class.getClassLoader());
    serializer.encode(record, new ClassDictionary());
    return serializer;
  }

  private interface Action {
    void run() throws IOException, InterruptedException;
  }

  private static @Nullable IOException catchIo(Action action) {
    try {
      action.run();
      return null;
    } catch (IOException e) {
      return e;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
