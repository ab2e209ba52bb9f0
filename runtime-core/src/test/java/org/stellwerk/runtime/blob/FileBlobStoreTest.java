package org.stellwerk.runtime.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.options.BlobOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

class FileBlobStoreTest {

  private static final CompletableFuture<Void> GRANTED = CompletableFuture.completedFuture(null);
  private static final Executor DIRECT = Runnable::run;
  private static final BlobClient CLIENT =
      new BlobClient(2, Duration.ofSeconds(2), Duration.ofMillis(1));

  @TempDir Path temp;
  private FileBlobStore store;
  private Path file;

  @BeforeEach
  void open() throws IOException {
    file = Files.writeString(temp.resolve("some.jar"), "content of a jar".repeat(10_000));
    store = open(configuration());
  }

  @AfterEach
  void close() {
    store.closeAsync().join();
  }

  private Configuration configuration() {
    return Configuration.empty()
        .with(HighAvailabilityOptions.STORAGE_DIR, temp.resolve("ha").toUri().toString())
        .with(HighAvailabilityOptions.CLUSTER_ID, "/one");
  }

  private static FileBlobStore open(Configuration configuration) throws IOException {
    return FileBlobStore.open(configuration, "localhost", "localhost", DIRECT);
  }

  @Test
  void whatWasPutIsFetchedFromTheServer() throws IOException {
    BlobKey key = store.put(file).join();
    assertThat(store.contains(key).join()).isTrue();
    assertThat(store.put(file).join()).isEqualTo(key);
    Path fetched = temp.resolve("fetched.jar");
    CLIENT.fetch(store.serverAddress(), key, fetched);
    assertThat(fetched).hasSameBinaryContentAs(file);
    CLIENT.fetch(store.serverAddress(), key, fetched);
    store.delete(key, () -> GRANTED).join();
    store.delete(key, () -> GRANTED).join();
    assertThat(store.contains(key).join()).isFalse();
    assertNoTemporaryFiles();
  }

  @Test
  void anEmptyFileIsABlobToo() throws IOException {
    BlobKey key = store.put(Files.writeString(temp.resolve("empty"), "")).join();
    CLIENT.fetch(store.serverAddress(), key, temp.resolve("fetched"));
    assertThat(temp.resolve("fetched")).isEmptyFile();
  }

  @Test
  void whatMayNotBeDeletedAfterAllIsThereAllTheTime() throws IOException {
    BlobKey key = store.put(file).join();
    CompletableFuture<Void> permission = new CompletableFuture<>();
    CompletableFuture<Void> deleted = store.delete(key, () -> permission);
    assertThat(deleted).isNotDone();
    CLIENT.fetch(store.serverAddress(), key, temp.resolve("fetched"));
    assertThat(temp.resolve("fetched")).hasSameBinaryContentAs(file);
    permission.completeExceptionally(new IllegalStateException("deposed"));
    assertThat(deleted)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(IllegalStateException.class);
    assertThat(store.contains(key).join()).isTrue();
    store.delete(key, () -> GRANTED).join();
    assertThat(store.contains(key).join()).isFalse();
    assertNoTemporaryFiles();
  }

  /** As a leader that sleeps after it was found leading, while the next one accepts a job. */
  @Test
  void aLateDeletionDoesNotTouchWhatAnotherJobManagerClaimedMeanwhile() throws IOException {
    BlobKey key = store.put(file).join();
    CompletableFuture<Void> permission = new CompletableFuture<>();
    CompletableFuture<Void> deleted = store.delete(key, () -> permission);
    FileBlobStore other = open(configuration());
    assertThat(other.contains(key).join()).isTrue();
    permission.complete(null);
    deleted.join();
    assertThat(other.contains(key).join()).isTrue();
    CLIENT.fetch(other.serverAddress(), key, temp.resolve("fetched"));
    assertThat(temp.resolve("fetched")).hasSameBinaryContentAs(file);
    other.closeAsync().join();
  }

  /** What a process has set aside that then died is deleted by the next one. */
  @Test
  void whatWasSetAsideByADeadProcessIsFetchedAndDeletedLikeOther() throws IOException {
    BlobKey key = store.put(file).join();
    CompletableFuture<Void> never = store.delete(key, CompletableFuture::new);
    assertThat(never).isNotDone();
    FileBlobStore next = open(configuration());
    CLIENT.fetch(next.serverAddress(), key, temp.resolve("fetched"));
    assertThat(temp.resolve("fetched")).hasSameBinaryContentAs(file);
    next.delete(key, () -> GRANTED).join();
    assertThat(next.contains(key).join()).isFalse();
    assertNoTemporaryFiles();
    next.closeAsync().join();
  }

  @Test
  void everyJobManagerFindsWhatAnotherStored() throws IOException {
    BlobKey key = store.put(file).join();
    store.closeAsync().join();
    FileBlobStore next = open(configuration());
    assertThat(next.contains(key).join()).isTrue();
    CLIENT.fetch(next.serverAddress(), key, temp.resolve("fetched"));
    next.closeAsync().join();
    assertThat(temp.resolve("ha/one/blobs").resolve(key.sha256())).exists();
  }

  @Test
  void damagedContentIsNeverHandedOutAndHealedByPuttingAgain() throws IOException {
    BlobKey key = store.put(file).join();
    Path stored = temp.resolve("ha/one/blobs").resolve(key.sha256());
    Files.writeString(stored, "damaged");
    Path fetched = temp.resolve("fetched.jar");
    assertThatThrownBy(() -> CLIENT.fetch(store.serverAddress(), key, fetched))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(store.serverAddress() + key)
        .hasMessageContaining("damaged")
        .hasMessageContaining("3 attempts");
    assertThat(fetched).doesNotExist();
    store.put(file).join();
    CLIENT.fetch(store.serverAddress(), key, fetched);
    assertThat(fetched).hasSameBinaryContentAs(file);
    assertNoTemporaryFiles();
  }

  @Test
  void filesOfOneSizeAreToldApart() throws IOException {
    Path other = Files.writeString(temp.resolve("other.jar"), "CONTENT of a jar".repeat(10_000));
    BlobKey key = store.put(file).join();
    BlobKey otherKey = store.put(other).join();
    assertThat(otherKey).isNotEqualTo(key);
    assertThat(store.put(file).join()).isEqualTo(key);
    assertThat(store.put(other).join()).isEqualTo(otherKey);
    CLIENT.fetch(store.serverAddress(), key, temp.resolve("fetched"));
    assertThat(temp.resolve("fetched")).hasSameBinaryContentAs(file);
  }

  @Test
  void whatWasDeletedIsStoredAgain() throws IOException {
    BlobKey key = store.put(file).join();
    store.delete(key, () -> GRANTED).join();
    assertThat(store.put(file).join()).isEqualTo(key);
    assertThat(store.contains(key).join()).isTrue();
  }

  @Test
  void onlyTheSizesThatCameLastAreRemembered() {
    RecentBlobs recent = new RecentBlobs();
    for (int size = 0; size < 300; size++) {
      recent.add(size, new BlobKey(String.format("%064x", size)));
    }
    assertThat(recent.ofSize(0)).isEmpty();
    assertThat(recent.ofSize(299)).contains(new BlobKey(String.format("%064x", 299)));
  }

  @Test
  void whatIsNotThereIsOneLine() {
    BlobKey unknown = new BlobKey("0".repeat(64));
    assertThatThrownBy(() -> CLIENT.fetch(store.serverAddress(), unknown, temp.resolve("f")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(store.serverAddress() + unknown + " does not exist")
        .message()
        .doesNotContain("\n");
    assertThat(store.put(temp.resolve("missing.jar")))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("no such file " + temp.resolve("missing.jar"));
  }

  /** A directory can be opened but not read; a link to itself not even opened. */
  @Test
  void whatCannotBeReadIsNotTheStoresFault() throws IOException {
    Path loop = Files.createSymbolicLink(temp.resolve("loop.jar"), Path.of("loop.jar"));
    for (Path unreadable : List.of(Files.createDirectory(temp.resolve("dir.jar")), loop)) {
      assertThat(store.put(unreadable))
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .havingCause()
          .isExactlyInstanceOf(IOException.class)
          .withMessageStartingWith("Cannot store " + unreadable + ", which cannot be read: ");
    }
    assertNoTemporaryFiles();
  }

  @Test
  void aStoreWithoutItsDirectoryIsToldAsThat() throws IOException {
    Path blobs = temp.resolve("ha/one/blobs");
    Files.delete(blobs);
    assertThat(store.put(file))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreUnavailableException.class)
        .withMessageContaining("the directory of jars")
        .withMessageContaining(" at " + blobs + " fails: ");
    Files.createDirectory(blobs);
    store.put(file).join();
  }

  @Test
  void aServerThatIsGoneIsNamed() throws IOException {
    BlobKey key = store.put(file).join();
    String address = store.serverAddress();
    store.closeAsync().join();
    assertThatThrownBy(() -> CLIENT.fetch(address, key, temp.resolve("f")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(address + key + ": connection refused (3 attempts); check");
  }

  @Test
  void theServerAnswersKeysOnly() throws IOException {
    BlobKey key = store.put(file).join();
    assertThat(status("GET", key.sha256())).isEqualTo(200);
    assertThat(status("HEAD", key.sha256())).isEqualTo(200);
    assertThat(status("HEAD", "0".repeat(64))).isEqualTo(404);
    assertThat(status("GET", "")).isEqualTo(400);
    assertThat(status("GET", "../../some.jar")).isIn(400, 404);
    assertThat(status("GET", "%2e%2e%2fsome.jar")).isIn(400, 404);
    assertThat(status("DELETE", key.sha256())).isEqualTo(405);
    assertThat(store.contains(key).join()).isTrue();
  }

  private int status(String method, String name) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(store.serverAddress() + name).toURL().openConnection();
    connection.setRequestMethod(method);
    int status = connection.getResponseCode();
    if (method.equals("HEAD") && status == 200) {
      assertThat(connection.getContentLengthLong()).isEqualTo(Files.size(file));
    }
    connection.disconnect();
    return status;
  }

  @Test
  void aTakenPortIsOneLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      Configuration configuration =
          configuration().with(BlobOptions.SERVER_PORT, taken.getLocalPort());
      assertThatThrownBy(() -> FileBlobStore.open(configuration, "0.0.0.0", "localhost", DIRECT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("0.0.0.0:" + taken.getLocalPort())
          .hasMessageContaining("blob.server.port");
    }
  }

  @Test
  void aDirectoryThatCannotBeUsedIsOneLine() {
    Configuration configuration =
        Configuration.empty().with(BlobOptions.STORAGE_DIRECTORY, file.toString());
    assertThatThrownBy(() -> open(configuration))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(" at " + file + " fails: ");
  }

  @Test
  void withoutADirectoryItIsTemporary() throws IOException {
    FileBlobStore temporary =
        open(Configuration.empty().with("io.tmp.dirs", temp.resolve("tmp").toString()));
    BlobKey key = temporary.put(file).join();
    assertThat(temporary.contains(key).join()).isTrue();
    temporary.closeAsync().join();
    assertThat(temp.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void theKeyIsTheSha256() throws IOException {
    Path abc = Files.write(temp.resolve("abc"), "abc".getBytes(UTF_8));
    assertThat(store.put(abc).join().sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  private void assertNoTemporaryFiles() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      assertThat(files).noneMatch(path -> path.toString().matches(".*(\\.tmp|\\.aside-.*)"));
    }
  }
}
