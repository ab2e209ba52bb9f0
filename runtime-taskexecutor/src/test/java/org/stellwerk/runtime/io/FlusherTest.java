package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** A channel that cannot be flushed, or a timer that is not to be had, leaves nobody waiting. */
@Timeout(60)
class FlusherTest {

  private static final long DELAY_MS = 3;

  private final CancelScope scope = new CancelScope();
  private final MemoryShares shares = new MemoryShares(1 << 20, 1 << 10);
  private final InputGate<Object> gate = newGate();

  private InputGate<Object> newGate() {
    return new InputGate<>(scope, new IoCounters(), Duration.ofMillis(1));
  }

  /** A channel that has something to flush. */
  private LocalChannel localChannel(InputGate<?> into, ExchangeContext context) throws Exception {
    LocalChannels inputs = new LocalChannels(TestExchange.requests(0), into, context);
    into.setUp(List.of(inputs), 1, new TaskSerializer(getClass().getClassLoader()));
    LocalChannel local = inputs.sink(0, scope);
    local.put("local");
    return local;
  }

  @Test
  void theConnectionOfAChannelThatCannotBeFlushedBreaksAndOthersAreFlushed() throws Exception {
    FailingChannel channel = new FailingChannel();
    ExchangeContext context = TestExchange.context(shares, new Flusher(channel.eventLoop()));
    Connection connection =
        new Connection(
            channel,
            new TaskManagerLocation(new ResourceID("peer"), "127.0.0.1", 1),
            context,
            TestExchange.NO_REQUESTS);
    channel.pipeline().addLast(connection);
    RemoteSenders senders =
        new RemoteSenders(connection, 7, TestExchange.requests(0), 100, context);
    RemoteSender sender = senders.sink(0, scope);
    TaskSerializer word = new TaskSerializer(getClass().getClassLoader());
    word.encode("word", new ClassDictionary());
    sender.put(word, new ClassDictionary(), new IoCounters());
    LocalChannel unused = localChannel(gate, context);

    channel.next = new OutOfMemoryError("made by the test");
    channel.advanceTimeBy(DELAY_MS, TimeUnit.MILLISECONDS);
    channel.runPendingTasks();
    assertThat(channel.next).isNull();
    assertThat(channel.isActive()).isFalse();
    assertThat(gate.next()).isEqualTo("local");
  }

  @Test
  void theReaderOfALocalChannelThatCannotBeFlushedFails() throws Exception {
    ExchangeContext context =
        TestExchange.context(shares, new Flusher(new EmbeddedChannel().eventLoop()));
    OutOfMemoryError error = new OutOfMemoryError("made by the test");
    localChannel(gate, context).flushFailed(error);
    assertThatThrownBy(gate::next)
        .hasMessageStartingWith("Cannot read ")
        .hasMessageEndingWith("java.lang.OutOfMemoryError: made by the test")
        .hasCause(error);
  }

  @Test
  void whereNoTimerIsToBeHadAllIsFlushedAtOnce() throws Exception {
    OutOfMemoryError error = new OutOfMemoryError("made by the test");
    Flusher flusher =
        new Flusher(
            new ScheduledThreadPoolExecutor(0) {
              @Override
              public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
                throw error;
              }
            });
    ExchangeContext context = TestExchange.context(shares, flusher);
    assertThatThrownBy(() -> localChannel(gate, context)).isSameAs(error);
    assertThat(gate.next()).isEqualTo("local");
    InputGate<Object> other = newGate();
    assertThatThrownBy(() -> localChannel(other, context)).isSameAs(error);
    assertThat(other.next()).isEqualTo("local");
  }

  /** Throws once when its event loop is asked for. */
  private static final class FailingChannel extends EmbeddedChannel {
    private @Nullable Error next;

    @Override
    public EventLoop eventLoop() {
      Error error = next;
      if (error != null) {
        next = null;
        throw error;
      }
      return super.eventLoop();
    }
  }
}
