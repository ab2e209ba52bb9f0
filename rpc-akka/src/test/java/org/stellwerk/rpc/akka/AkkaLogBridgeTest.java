package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AkkaLogBridgeTest {

  private long now;

  @Test
  void linesAreLimitedInEachWindow() {
    AkkaLogBridge.Limit limit = new AkkaLogBridge.Limit(() -> now);
    for (int window = 0; window < 3; window++) {
      int written = 0;
      for (int i = 0; i < 1000; i++) {
        written += limit.allows() ? 1 : 0;
      }
      assertThat(written).isEqualTo(AkkaLogBridge.Limit.LINES);
      now += AkkaLogBridge.Limit.WINDOW_NANOS - 1;
      assertThat(limit.allows()).isFalse();
      now += 1;
    }
    assertThat(limit.allows()).isTrue();
  }
}
