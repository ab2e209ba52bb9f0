package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stellwerk.rpc.akka.Patience.get;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.Shop.ShopEndpoint;

/**
 * What the connections of a process that has ended have said, sent again from elsewhere: cut off
 * anywhere, with bytes changed or left out. Nothing is a fault, and whoever has a connection of his
 * own goes on calling.
 *
 * <p>Bytes that happen to be a handshake in the name of another process make Artery begin anew, so
 * that calls under way are lost: where they can occur, the test waits until a call is answered.
 */
class WireDamageTest {

  private final List<Throwable> faults = new CopyOnWriteArrayList<>();
  private final Random random = new Random(23);
  private int port;
  private Relay relay;
  private AkkaRpcService server;
  private AkkaRpcService client;
  private ShopEndpoint endpoint;
  private Shop shop;
  private List<byte[]> streams;

  @BeforeEach
  void start() throws Exception {
    port = FreePort.find();
    relay = new Relay(port);
    server =
        AkkaRpcServiceUtils.remoteServiceBuilder(
                Patience.CONFIGURATION, "127.0.0.1", String.valueOf(relay.port()))
            .withBindAddress("127.0.0.1")
            .withBindPort(port)
            .withFatalErrorHandler(faults::add)
            .createAndStart();
    client = AkkaRpcServiceUtils.createRemoteRpcService(Patience.CONFIGURATION, "127.0.0.1", "0");
    endpoint = new ShopEndpoint(server, "shop");
    endpoint.start();
    streams = recorded();
    client = AkkaRpcServiceUtils.createRemoteRpcService(Patience.CONFIGURATION, "127.0.0.1", "0");
    shop = get(client.connect(endpoint.getAddress(), Shop.class));
  }

  /** What was said on each connection of a process, the beginning of it if it was much. */
  private List<byte[]> recorded() throws Exception {
    AkkaRpcService former =
        AkkaRpcServiceUtils.createRemoteRpcService(Patience.CONFIGURATION, "127.0.0.1", "0");
    Shop called = get(former.connect(endpoint.getAddress(), Shop.class));
    for (int size : new int[] {100, 600_000}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      assertThat(get(called.mirror(bytes))).isEqualTo(bytes);
    }
    get(former.closeAsync());
    List<byte[]> recorded =
        relay.recordings().stream()
            .filter(stream -> stream.length > 1)
            .map(stream -> Arrays.copyOf(stream, Math.min(stream.length, 250_000)))
            .toList();
    assertThat(recorded).hasSizeGreaterThanOrEqualTo(3); // a trial, control messages, calls
    return recorded;
  }

  @AfterEach
  void end() throws Exception {
    RpcUtils.terminateRpcService(client, server);
    relay.close();
    assertThat(faults).isEmpty();
  }

  @Test
  void streamsThatAreCutOffHarmNothing() throws Exception {
    for (byte[] stream : streams) {
      int before = get(shop.number(new byte[1]));
      for (int i = 0; i < 30; i++) {
        int cut = i < 15 ? Math.min(i, stream.length) : random.nextInt(stream.length);
        send(Arrays.copyOf(stream, cut));
      }
      assertThat(get(shop.number(new byte[700_000]))).isEqualTo(before + 1);
      assertWell();
    }
  }

  @Test
  void streamsWithChangedBytesHarmNothing() throws Exception {
    for (byte[] stream : streams) {
      for (int i = 0; i < 40; i++) {
        byte[] changed = stream.clone();
        for (int flips = random.nextInt(6); flips >= 0; flips--) {
          changed[random.nextInt(Math.min(changed.length, 2000))] = (byte) random.nextInt();
        }
        send(changed);
      }
      assertWell();
    }
  }

  @Test
  void streamsWithBytesLeftOutHarmNothing() throws Exception {
    for (byte[] stream : streams) {
      for (int i = 0; i < 30; i++) {
        int from = random.nextInt(stream.length - 1);
        int to = from + 1 + random.nextInt(Math.min(300, stream.length - from));
        byte[] shorter = Arrays.copyOf(stream, stream.length - to + from);
        System.arraycopy(stream, to, shorter, from, stream.length - to);
        send(shorter);
      }
      assertWell();
    }
  }

  /** Sends the bytes and the end of the stream, and waits until the other side has taken them. */
  private void send(byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(200);
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isEqualTo(-1);
    } catch (SocketTimeoutException e) {
      assertThat(e).isNotNull(); // it waits for more
    } catch (IOException e) {
      assertThat(e).isNotNull(); // it has hung up on us
    }
  }

  /** A length that is negative is one that Artery reads again and again. */
  @Test
  void badLengthsEndTheirConnectionOnly() throws Exception {
    int before = get(shop.number(new byte[1]));
    for (int length :
        new int[] {-1, -4, -9, Integer.MIN_VALUE, 0, 1, InboundFrameGuard.SMALLEST - 1}) {
      ByteBuffer bytes =
          ByteBuffer.allocate(9 + Math.max(0, length)).order(ByteOrder.LITTLE_ENDIAN);
      bytes.put(new byte[] {'A', 'K', 'K', 'A', 2}).putInt(length);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write(bytes.array());
        assertThat(endOf(socket)).as("what is read after a length of %d", length).isEqualTo(-1);
      }
    }
    assertThat(get(shop.number(new byte[700_000]))).isEqualTo(before + 1);
    assertWell();
  }

  /** The other side's end of the connection, in order or not. */
  private static int endOf(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return -1;
    }
  }

  private void assertWell() throws Exception {
    List<CompletableFuture<byte[]>> calls = new CopyOnWriteArrayList<>();
    Patience.until(
        () -> {
          calls.add(shop.mirror(new byte[300_000]));
          return calls.stream().anyMatch(CompletableFuture::isDone);
        });
    AkkaRpcService fresh =
        AkkaRpcServiceUtils.createRemoteRpcService(Patience.CONFIGURATION, "127.0.0.1", "0");
    try {
      Shop another = get(fresh.connect(endpoint.getAddress(), Shop.class));
      assertThat(get(another.mirror(new byte[10]))).hasSize(10);
    } finally {
      get(fresh.closeAsync());
    }
    assertThat(faults).isEmpty();
  }
}
