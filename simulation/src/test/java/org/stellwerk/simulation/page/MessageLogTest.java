package org.stellwerk.simulation.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.messages.LocalRpcInvocation;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.gateway.TaskExecutorGateway;
import org.stellwerk.simulation.page.RunEvent.Fate;

class MessageLogTest {

  private static final String ENDPOINT = "taskexecutor";

  private final SimNode node = new SimNetwork(new SimScheduler(1)).newNode("a");
  private final MessageLog log = new MessageLog(new RunNames(), 3);
  private final LocalRpcInvocation ping;
  private long sequence;

  MessageLogTest() throws NoSuchMethodException {
    ping =
        new LocalRpcInvocation(
            TaskExecutorGateway.class.getMethod("ping", Duration.class),
            new Object[] {Duration.ZERO});
  }

  private void send(long id) {
    Payload payload = new Payload(MessageKind.CALL, ENDPOINT, ping, -1);
    log.sent(++sequence, new SimMessage(id, node, node, ping.describe(), payload, id));
  }

  private List<RunEvent.Message> taken() {
    List<RunEvent> events = new ArrayList<>();
    log.addTo(events);
    return events.stream().map(RunEvent.Message.class::cast).toList();
  }

  @Test
  void keepsTheLastMessagesAndCountsTheOthers() {
    for (long id = 0; id < 5; id++) {
      send(id);
    }
    log.arrived(++sequence, 0, 10);
    log.arrived(++sequence, 4, 10);

    assertThat(log.dropped()).isEqualTo(2);
    assertThat(taken())
        .extracting(message -> message.nanos() + " " + message.ending().fate())
        .containsExactly("2 UNDER_WAY", "3 UNDER_WAY", "4 ARRIVED");
  }

  @Test
  void theCallThatIsRefusedIsTheOneThatArrivedFirst() {
    send(0);
    send(1);
    send(2);
    log.arrived(++sequence, 1, 5);
    log.arrived(++sequence, 0, 6);
    log.arrived(++sequence, 2, 7);
    log.processed(node, ENDPOINT, ping, new FencingTokenException("another session"));
    log.processed(node, ENDPOINT, ping, null);
    log.processed(node, ENDPOINT, ping, new IllegalStateException("no"));

    assertThat(taken())
        .extracting(message -> message.ending().fate() + " " + message.ending().why())
        .containsExactly("ARRIVED ", "FENCED another session", "REFUSED no");
  }

  @Test
  void whatWaitedForAnEndpointThatEndedIsNotMixedUpWithItsSuccessor() {
    send(0);
    log.arrived(++sequence, 0, 5);
    log.terminated(node, ENDPOINT);
    send(1);
    log.arrived(++sequence, 1, 6);
    log.processed(node, ENDPOINT, ping, new IllegalStateException("no"));

    assertThat(taken())
        .extracting(message -> message.ending().fate())
        .containsExactly(Fate.ARRIVED, Fate.REFUSED);
  }
}
