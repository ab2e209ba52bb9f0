package org.stellwerk.rpc.akka;

import akka.actor.UntypedAbstractActor;
import akka.event.Logging;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Akka's log as ours: errors and warnings under the names of Akka's classes. What Akka warns of
 * whenever a process ends or a peer is away goes to DEBUG: this layer says it once, in its own
 * words. Made by Akka, by its class name.
 */
public final class AkkaLogBridge extends UntypedAbstractActor {

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

  /** Called by Akka. */
  public AkkaLogBridge() {
    // stateless
  }

  @Override
  public void onReceive(Object message) {
    if (message instanceof Logging.InitializeLogger) {
      getSender().tell(Logging.loggerInitialized(), getSelf());
    } else if (message instanceof Logging.Error event) {
      log(event).error("{} ({})", event.message(), event.logSource(), event.cause());
    } else if (message instanceof Logging.Warning event) {
      String text = String.valueOf(event.message());
      if (EXPECTED.stream().anyMatch(text::contains)) {
        log(event).debug("{} ({})", text, event.logSource());
      } else {
        log(event).warn("{} ({})", text, event.logSource());
      }
    }
  }

  private static Logger log(Logging.LogEvent event) {
    return LoggerFactory.getLogger(event.logClass());
  }
}
