package org.stellwerk.runtime.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.taskexecutor.PartitionNotFoundException;

/**
 * Reads a finished result of this TaskExecutor from its file, in the consumer's thread. Always
 * ready until it has ended.
 */
final class StoredChannel extends InputChannel implements InputGroup {

  private static final Logger LOG = LoggerFactory.getLogger(StoredChannel.class);

  private final ChannelRequest request;
  private final InputGate<?> gate;
  private @Nullable PartitionReader reader;
  private boolean ended;

  StoredChannel(ChannelRequest request, InputGate<?> gate) {
    this.request = request;
    this.gate = gate;
  }

  /** Begins to read. */
  void open(StoredPartitions partitions) {
    try {
      reader = partitions.open(request);
      gate.channelReady(this);
    } catch (IOException e) {
      fail(e);
    }
  }

  private void fail(IOException cause) {
    ended = true;
    gate.fail(
        new PartitionNotFoundException(
            "Cannot read from this TaskManager: " + cause.getMessage(), request.producer(), cause));
  }

  @Override
  ChannelRequest request() {
    return request;
  }

  @Override
  @Nullable Delivery poll() {
    PartitionReader open = reader;
    if (open == null || ended) {
      return null;
    }
    try {
      byte[] block = open.next();
      if (block != null) {
        return new Delivery.Bytes(block);
      }
      ended = true;
      return Delivery.END;
    } catch (IOException e) {
      fail(e);
      return null;
    }
  }

  @Override
  boolean hasMore() {
    return reader != null && !ended;
  }

  @Override
  void consumed(int bytes) {
    // There is nobody who waits for room.
  }

  @Override
  public void close(ConsumerEnd end, String reason) {
    PartitionReader open = reader;
    reader = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.warn("Cannot close the file of {}: {}", request.describe(), e.getMessage());
      }
    }
  }
}
