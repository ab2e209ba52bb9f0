package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the place of a producer's task behind a channel to another TaskExecutor: reads a stored
 * partition as far as the channel has room and credits, never further, in a thread that may wait
 * for the disk. Thread-safe; one thread reads at a time.
 */
final class StoredFeed {

  private static final Logger LOG = LoggerFactory.getLogger(StoredFeed.class);

  private final PartitionReader reader;
  private final RemoteSender sender;
  private final Executor io;
  private boolean running;
  private boolean demanded;

  StoredFeed(PartitionReader reader, RemoteSender sender, Executor io) {
    this.reader = reader;
    this.sender = sender;
    this.io = io;
  }

  /** The channel has room, or has been closed. Returns at once. */
  void demand() {
    synchronized (this) {
      demanded = true;
      if (running) {
        return;
      }
      running = true;
    }
    try {
      io.execute(this::run);
    } catch (RejectedExecutionException e) {
      LOG.debug("The data exchange closes: {} is read no further.", sender.request().describe());
    }
  }

  private void run() {
    while (takeDemand()) {
      fill();
    }
  }

  private synchronized boolean takeDemand() {
    running = demanded;
    demanded = false;
    return running;
  }

  private void fill() {
    try {
      while (sender.hasRoom()) {
        byte[] block = reader.next();
        if (block == null) {
          sender.end();
          break;
        }
        sender.offer(block);
      }
    } catch (IOException e) {
      LOG.warn("A result cannot be served any more: {}", e.getMessage());
      sender.abort(new ChannelError(ChannelError.Kind.NOT_FOUND, String.valueOf(e.getMessage())));
    }
    if (sender.isClosed()) {
      close();
    }
  }

  private void close() {
    try {
      reader.close();
    } catch (IOException e) {
      LOG.warn("Cannot close the file of {}: {}", sender.request().describe(), e.getMessage());
    }
  }
}
