package org.stellwerk.rpc.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.simulation.SimEvent.Kind;

class SimEventQueueTest {

  @Test
  void eventsLeaveInOrderWhateverIsCancelled() {
    for (int seed = 0; seed < 200; seed++) {
      SimRandom random = new SimRandom(seed);
      SimEventQueue queue = new SimEventQueue();
      List<SimEvent> expected = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        SimEvent event = event(random, i);
        queue.add(event);
        expected.add(event);
        if (random.chance(0.4)) {
          SimEvent cancelled = expected.remove((int) random.nextLong(expected.size()));
          cancelled.cancel();
          cancelled.cancel();
        }
      }
      expected.sort((a, b) -> a.before(b) ? -1 : 1);
      assertThat(queue.size()).isEqualTo(expected.size());
      assertThat(queue.work())
          .isEqualTo(expected.stream().filter(event -> event.kind == Kind.TASK).count());
      List<SimEvent> polled = new ArrayList<>();
      for (SimEvent event = queue.poll(); event != null; event = queue.poll()) {
        polled.add(event);
      }
      assertThat(polled).containsExactlyElementsOf(expected);
      assertThat(queue.work()).isZero();
    }
  }

  private static SimEvent event(SimRandom random, int sequence) {
    Kind kind = random.chance(0.5) ? Kind.TASK : Kind.TIMER;
    SimEvent event = new SimAction(kind, null, null, "event", () -> {});
    event.timeNanos = random.nextLong(20);
    event.tieBreak = random.nextLong(3);
    event.sequence = sequence;
    return event;
  }
}
