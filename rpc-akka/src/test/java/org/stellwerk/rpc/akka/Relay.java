package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes connections on to another port, keeps what came in on them, and on demand cuts them, or
 * lets what comes on them vanish.
 */
final class Relay implements AutoCloseable {

  private final ServerSocket door;
  private final int target;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final List<ByteArrayOutputStream> recordings = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile int silenced;

  Relay(int target) throws IOException {
    this.target = target;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** How many connections were made. */
  int accepted() {
    return accepted.get();
  }

  /** What came in so far, one array for each connection. */
  List<byte[]> recordings() {
    return recordings.stream().map(ByteArrayOutputStream::toByteArray).toList();
  }

  private static void start(Runnable runnable) {
    Thread thread = new Thread(runnable, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket in = door.accept();
        sockets.add(in);
        if (door.isClosed()) {
          cut(); // what was accepted at the last moment
          return;
        }
        Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(out);
        ByteArrayOutputStream recording = new ByteArrayOutputStream();
        recordings.add(recording);
        int number = accepted.incrementAndGet();
        start(() -> copy(number, in, out, recording));
        start(() -> copy(number, out, in, OutputStream.nullOutputStream()));
      }
    } catch (IOException e) {
      if (!door.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void copy(int connection, Socket from, Socket to, OutputStream recording) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        recording.write(buffer, 0, count);
        if (connection > silenced) {
          out.write(buffer, 0, count);
        }
      }
    } catch (IOException e) {
      assertThat(e).isNotNull(); // it was cut
    }
  }

  /** From now on what comes on the present connections vanishes; new ones are passed on. */
  void silence() {
    silenced = accepted.get();
  }

  /** Ends all connections; new ones are taken. */
  void cut() throws IOException {
    for (Socket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
  }
}
