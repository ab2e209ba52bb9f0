package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;

/** Which files are left when answers to writes are lost: never more than what nodes name. */
class StateNodesTest {

  private static final UUID SESSION = new UUID(1, 2);
  private static final String NODE = "/state";

  @TempDir Path directory;
  private TestingServer server;
  private CuratorFramework client;
  private StateFiles files;
  private StateNodes nodes;
  private Fence fence;

  /** Lets something happen between what a write reads and what it commits. */
  private interface Happening {
    void run() throws Exception;
  }

  private static final class Fence implements LatchFence {
    private Optional<Happening> next = Optional.empty();

    @Override
    public Optional<String> latchNodeOf(UUID leaderSessionId) {
      Optional<Happening> now = next;
      next = Optional.empty();
      now.ifPresent(
          happening -> {
            try {
              happening.run();
            } catch (Exception e) {
              Fence.<RuntimeException>sneak(e);
            }
          });
      return leaderSessionId.equals(SESSION) ? Optional.of("/latch") : Optional.empty();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneak(Exception e) throws E {
      throw (E) e;
    }

    @Override
    public void onLatchNodeGone(UUID leaderSessionId) {}
  }

  @BeforeEach
  void start() throws Exception {
    server = new TestingServer();
    client =
        CuratorFrameworkFactory.builder()
            .connectString(server.getConnectString())
            .retryPolicy(new RetryOneTime(10))
            .namespace("test")
            .build();
    client.start();
    client.create().creatingParentsIfNeeded().forPath("/latch");
    files = new StateFiles(Optional.of(directory));
    fence = new Fence();
    nodes = new StateNodes(new FencedTransactions(client, fence, Runnable::run), files);
    put('a');
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  private static byte[] large(char content) {
    return String.valueOf(content)
        .repeat(StateFiles.MAX_INLINE_BYTES + 1)
        .getBytes(StandardCharsets.UTF_8);
  }

  private void put(char content) throws Exception {
    nodes.put(SESSION, NODE, "state", large(content));
  }

  /** As by the write of which the answer is lost. */
  private void apply(char content) throws Exception {
    client.setData().forPath(NODE, files.store("state", SESSION, large(content)));
  }

  private void assertLeft(char content) throws Exception {
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).hasSize(1);
    }
    assertThat(nodes.load(nodes.read(NODE).orElseThrow())).isEqualTo(large(content));
  }

  private static void loseConnection() throws KeeperException {
    throw new KeeperException.ConnectionLossException();
  }

  @Test
  void theFormerFileGoesWhenTheDriverRepeatsAWriteThatWasApplied() throws Exception {
    fence.next = Optional.of(() -> apply('b'));
    put('b');
    assertLeft('b');
  }

  @Test
  void theFormerFileGoesWhenTheCallerRepeatsAWriteThatWasApplied() throws Exception {
    fence.next =
        Optional.of(
            () -> {
              apply('b');
              loseConnection();
            });
    assertThatThrownBy(() -> put('b')).isInstanceOf(KeeperException.ConnectionLossException.class);
    put('b');
    assertLeft('b');
  }

  @Test
  void howeverOftenAWriteIsRepeatedItHasOneFile() throws Exception {
    for (int i = 0; i < 3; i++) {
      fence.next = Optional.of(StateNodesTest::loseConnection);
      assertThatThrownBy(() -> put('b'))
          .isInstanceOf(KeeperException.ConnectionLossException.class);
      try (Stream<Path> left = Files.list(directory)) {
        assertThat(left).hasSize(2);
      }
    }
    put('b');
    assertLeft('b');
  }

  @Test
  void whatComesInsteadOfARepetitionLeavesNothingOfIt() throws Exception {
    fence.next = Optional.of(StateNodesTest::loseConnection);
    assertThatThrownBy(() -> put('b')).isInstanceOf(KeeperException.ConnectionLossException.class);
    put('c');
    assertLeft('c');
    put('a');
    assertLeft('a');
  }

  @Test
  void aRefusedRepetitionKeepsWhatTheNodeNames() throws Exception {
    for (char applied : List.of('b', 'a')) {
      fence.next =
          Optional.of(
              () -> {
                apply(applied);
                throw new NotLeaderException("deposed");
              });
      assertThatThrownBy(() -> put('b')).isInstanceOf(NotLeaderException.class);
      assertLeft(applied);
    }
  }

  @Test
  void theFileOfANodeWhoseRemovalIsRepeatedGoesToo() throws Exception {
    StateNodes.Write removal =
        () -> {
          Optional<StateNodes.Node> known = nodes.read(NODE);
          known.ifPresent(node -> nodes.note(NODE, node.data()));
          if (known.isPresent()) {
            client.delete().forPath(NODE);
            loseConnection();
          }
        };
    assertThatThrownBy(() -> nodes.settling(NODE, null, removal))
        .isInstanceOf(KeeperException.ConnectionLossException.class);
    nodes.settling(NODE, null, removal);
    assertThat(directory).isEmptyDirectory();
  }
}
