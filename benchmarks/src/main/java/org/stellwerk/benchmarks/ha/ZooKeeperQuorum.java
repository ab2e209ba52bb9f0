package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.stellwerk.benchmarks.cluster.WrongOutcomeException;

/** The ZooKeeper servers, asked with their command {@code srvr}. */
final class ZooKeeperQuorum {

  private static final int TIMEOUT_MS = 2_000;

  private final Map<Node, String> addresses;
  private final Map<Node, Integer> ports;

  ZooKeeperQuorum(Map<Node, String> addresses, Map<Node, Integer> ports) {
    this.addresses = addresses;
    this.ports = ports;
  }

  /** The server that leads the ensemble. */
  Node leader() throws IOException {
    for (Map.Entry<Node, Integer> each : ports.entrySet()) {
      if (srvr(addresses.get(each.getKey()), each.getValue()).contains("Mode: leader")) {
        return each.getKey();
      }
    }
    throw new WrongOutcomeException("No ZooKeeper says that it leads the ensemble");
  }

  private static String srvr(String host, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
