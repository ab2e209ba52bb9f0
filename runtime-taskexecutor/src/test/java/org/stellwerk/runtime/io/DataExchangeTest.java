package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.options.TaskManagerOptions;

class DataExchangeTest {

  private static DataExchangeConfig config(Configuration configuration) {
    return DataExchangeConfig.fromConfiguration(
        configuration, new ResourceID("tm-1"), "127.0.0.1", Path.of("results"));
  }

  @Test
  void aTakenPortIsOneLineThatNamesPortAndKey() throws Exception {
    DataExchange first = new DataExchange(config(Configuration.empty()));
    first.start();
    int port = first.dataPort();
    DataExchange second =
        new DataExchange(
            config(Configuration.empty().with(TaskManagerOptions.DATA_BIND_PORT, port)));
    assertThatThrownBy(second::start)
        .isInstanceOf(BindException.class)
        .hasMessage(
            "Cannot listen on 127.0.0.1:"
                + port
                + " for the data exchange (taskmanager.data.bind-port, taskmanager.data.port):"
                + " Address already in use");
    second.closeAsync().get(10, TimeUnit.SECONDS);
    first.closeAsync().get(10, TimeUnit.SECONDS);
  }

  @Test
  void thePublishedPortMayDifferFromTheBoundOne() throws Exception {
    DataExchange exchange =
        new DataExchange(
            config(
                Configuration.empty()
                    .with(TaskManagerOptions.DATA_PORT, 45678)
                    .with(TaskManagerOptions.DATA_BIND_PORT, 0)));
    exchange.start();
    assertThat(exchange.dataPort()).isEqualTo(45678);
    exchange.closeAsync().get(10, TimeUnit.SECONDS);
  }

  @Test
  void impossibleSizesAreRefusedNamingTheKey() {
    assertThatThrownBy(
            () -> config(Configuration.empty().with(TaskManagerOptions.SEGMENT_SIZE, 12L)))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("taskmanager.memory.segment-size");
    assertThatThrownBy(
            () -> config(Configuration.empty().with(TaskManagerOptions.NETWORK_MEMORY, 1000L)))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("taskmanager.memory.network.max");
  }

  @Test
  void channelsShareTheMemoryEqually() {
    MemoryShares shares = new MemoryShares(64 << 20, 32 << 10);
    assertThat(shares.chunkSize()).isEqualTo(32 << 10);
    assertThat(shares.window()).isEqualTo(64 << 10);
    shares.sendersOpened(10_000);
    shares.receiversOpened(10_000);
    assertThat(3L * 10_000 * shares.chunkSize()).isLessThanOrEqualTo(32 << 20);
    assertThat(10_000L * shares.window()).isLessThanOrEqualTo(32 << 20);
    assertThat(shares.chunkSize()).isGreaterThan(512);
  }
}
