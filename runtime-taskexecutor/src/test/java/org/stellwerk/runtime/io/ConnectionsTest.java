package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** Connections that cannot be made; the others are DataExchangeTest's. */
class ConnectionsTest {

  private static TaskManagerLocation location(String name) {
    return new TaskManagerLocation(new ResourceID(name), "127.0.0.1", 1);
  }

  @Test
  void whoAsksForAPeerThatCannotEvenBeDialledFailsAndSoDoesTheNext() {
    ExchangeContext context =
        TestExchange.context(
            new MemoryShares(1 << 20, 1 << 10), new Flusher(new EmbeddedChannel().eventLoop()));
    Bootstrap withoutEventLoop = new Bootstrap();
    Connections connections =
        new Connections(withoutEventLoop, location("self"), context, TestExchange.NO_REQUESTS);
    for (int i = 0; i < 2; i++) {
      assertThat(connections.connect(location("peer")))
          .failsWithin(0, TimeUnit.SECONDS)
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(TaskManagerLostException.class)
          .withMessageStartingWith("Cannot connect to TaskManager peer (127.0.0.1:1): ");
    }
  }
}
