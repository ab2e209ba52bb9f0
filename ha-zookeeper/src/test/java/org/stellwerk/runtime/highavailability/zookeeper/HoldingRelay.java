package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Passes connections on to a server, and holds them up on demand, as a network does that loses
 * every packet for a while: what was sent meanwhile arrives afterwards, also that of a connection
 * that its sender has closed.
 */
final class HoldingRelay implements AutoCloseable {

  /** Open if its connections may pass. */
  private static final class Gate {

    private volatile CountDownLatch open = new CountDownLatch(0);

    void pass() throws IOException {
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private final ServerSocket door;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Gate gate = new Gate();

  HoldingRelay(int target) throws IOException {
    this.target = target;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  private interface Loop {
    void run() throws IOException;
  }

  private static void start(Loop loop) {
    Thread thread =
        new Thread(
            () -> {
              try {
                loop.run();
              } catch (IOException e) {
                assertThat(e).as("one side has ended, or the test is over").isNotNull();
              }
            },
            "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = door.accept();
      Gate own = gate;
      sockets.add(client);
      start(() -> connect(client, own));
    }
  }

  private void connect(Socket client, Gate own) throws IOException {
    own.pass();
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(server);
      start(() -> copy(client, server, own));
      start(() -> copy(server, client, own));
    } catch (IOException e) {
      client.close();
    }
  }

  private static void copy(Socket from, Socket to, Gate own) throws IOException {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        own.pass();
        out.write(buffer, 0, count);
      }
      own.pass();
    }
  }

  /** From now on nothing passes, on connections to come neither. */
  void hold() {
    gate.open = new CountDownLatch(1);
  }

  /** From now on nothing passes on the connections that there are; others are free. */
  Runnable holdPresent() {
    Gate present = gate;
    gate = new Gate();
    present.open = new CountDownLatch(1);
    return present.open::countDown;
  }

  /** What was held up goes on. */
  void release() {
    gate.open.countDown();
  }

  @Override
  public void close() throws IOException {
    door.close();
    release();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
