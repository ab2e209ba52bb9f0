package org.stellwerk.rpc.akka;

import akka.actor.UntypedAbstractActor;
import akka.event.Logging;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Akka's log as ours: errors and warnings under the names of Akka's classes. What Akka warns of
 * whenever a process ends or a peer is away goes to DEBUG: this layer says it once, in its own
 * words. Lines are limited: whoever sends garbage to the port causes one with every four bytes.
 * Made by Akka, by its class name.
 */
public final class AkkaLogBridge extends UntypedAbstractActor {

  private static final Logger LOG = LoggerFactory.getLogger(AkkaLogBridge.class);

  private static final List<String> EXPECTED =
      List.of(
          "Akka Cluster not in use",
          "Upstream failed",
          "failed. Restarting it",
          "Restarting it. ",
          "Outbound connection to",
          "Failed to send message",
          "has been quarantined",
          "connection to peer was lost",
          "handshake with",
          "unknown compression table version");

  /** The part of the transport that cuts incoming bytes into frames. */
  private static final String FRAMING = "akka.remote.artery.tcp.TcpFraming";

  /** What the framing says when a connection ends in the middle of a frame. */
  private static final String CUT_OFF = "truncated data";

  private final Limit limit = new Limit(System::nanoTime);

  /** Called by Akka. */
  public AkkaLogBridge() {
    // nothing to be given
  }

  @Override
  public void onReceive(Object message) {
    if (message instanceof Logging.InitializeLogger) {
      getSender().tell(Logging.loggerInitialized(), getSelf());
    } else if (message instanceof Logging.Error event) {
      error(event);
    } else if (message instanceof Logging.Warning event) {
      String text = String.valueOf(event.message());
      if (EXPECTED.stream().anyMatch(text::contains)) {
        log(event).debug("{} ({})", text, event.logSource());
      } else if (limit.allows()) {
        log(event).warn("{} ({})", text, event.logSource());
      }
    }
  }

  private void error(Logging.Error event) {
    String text = String.valueOf(event.message());
    if (!text.contains(FRAMING)) {
      if (limit.allows()) {
        log(event).error("{} ({})", text, event.logSource(), event.cause());
      }
    } else if (text.contains(CUT_OFF)) {
      LOG.debug("A connection from outside ended in the middle of a message: {}", text);
    } else if (limit.allows()) {
      LOG.warn("A connection from outside is ended, for what came is no message: {}", text);
    }
  }

  private static Logger log(Logging.LogEvent event) {
    return LoggerFactory.getLogger(event.logClass());
  }

  /** How many lines may still be written; tells of those that were not. */
  static final class Limit {

    static final int LINES = 50;
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier nanoTime;
    private long windowNanos;
    private int lines;
    private long leftOut;

    Limit(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      this.windowNanos = nanoTime.getAsLong();
    }

    boolean allows() {
      long now = nanoTime.getAsLong();
      if (now - windowNanos >= WINDOW_NANOS) {
        if (leftOut > 0) {
          LOG.warn("{} lines of the transport were left out here.", leftOut);
        }
        windowNanos = now;
        lines = 0;
        leftOut = 0;
      }
      if (lines < LINES) {
        lines++;
        return true;
      }
      if (leftOut == 0) {
        LOG.warn("The transport says too much; lines are left out for up to 10 s.");
      }
      leftOut++;
      return false;
    }
  }
}
