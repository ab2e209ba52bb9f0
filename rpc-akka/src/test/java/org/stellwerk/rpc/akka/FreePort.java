package org.stellwerk.rpc.akka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that nobody listens on, and that no outgoing connection is given by chance. */
final class FreePort {

  /** Below where kernels take the ports of outgoing connections from. */
  private static final int FIRST = 11_000;

  private static final int LAST = 29_000;

  private FreePort() {}

  /** One of many, so that other processes that do the same are not likely to take it. */
  static int find() throws IOException {
    IOException last = null;
    for (int attempt = 0; attempt < 50; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        last = e;
      }
    }
    throw new IOException("No port is free", last);
  }
}
