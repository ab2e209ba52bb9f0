package org.stellwerk.runtime.highavailability.zookeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.ConnectStringParser;

/**
 * Waits until a ZooKeeper server serves, by its {@code srvr} command. The ZooKeeper client itself
 * pauses up to a second after a refused connection and does not say why it has none; a process that
 * is started together with its ZooKeeper is up sooner this way, and can name the reason.
 */
final class ZooKeeperProbe {

  private static final int CONNECT_TIMEOUT_MS = 1000;
  private static final int PAUSE_MS = 20;
  private static final String NOT_SERVING = "not currently serving";

  private ZooKeeperProbe() {}

  /** Returns once a server serves; else what each said last, for people. */
  static Optional<String> await(String quorum, long timeoutMs) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    List<InetSocketAddress> servers = new ConnectStringParser(quorum).getServerAddresses();
    while (true) {
      StringJoiner failures = new StringJoiner(", ");
      for (InetSocketAddress server : servers) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        String failure = ask(server, (int) Math.max(50, Math.min(CONNECT_TIMEOUT_MS, leftMs)));
        if (failure.isEmpty()) {
          return Optional.empty();
        }
        failures.add(server.getHostString() + ":" + server.getPort() + " (" + failure + ")");
      }
      if (System.nanoTime() - deadline >= 0) {
        return Optional.of(failures.toString());
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private static String ask(InetSocketAddress server, int timeoutMs) {
    try (Socket socket = new Socket()) {
      InetAddress host = InetAddress.getByName(server.getHostString());
      socket.connect(new InetSocketAddress(host, server.getPort()), timeoutMs);
      socket.setSoTimeout(timeoutMs);
      socket.getOutputStream().write("srvr".getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(200), US_ASCII);
      return answer.contains(NOT_SERVING) ? "serves no requests: it has no quorum" : "";
    } catch (UnknownHostException e) {
      return "unknown host";
    } catch (ConnectException e) {
      return "connection refused";
    } catch (SocketTimeoutException e) {
      return "no answer";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
