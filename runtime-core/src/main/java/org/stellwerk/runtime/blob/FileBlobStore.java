package org.stellwerk.runtime.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.options.BlobOptions;
import org.stellwerk.runtime.options.ClusterOptions;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.persistence.DirectoryFailures;
import org.stellwerk.runtime.persistence.DurableFiles;
import org.stellwerk.runtime.persistence.StorageDirectory;
import org.stellwerk.util.ExceptionUtils;

/**
 * Blobs as files that are named by their SHA-256, in one flat directory, with a {@link BlobServer}
 * for the peers. Hard state if the directory is the cluster's storage directory: every JobManager
 * then finds what another one stored. A file is there completely or not at all; one that was
 * damaged on the disk is replaced when the same content is put again.
 *
 * <p>Thread-safe, also across processes that share the directory. Files are read and written on the
 * executor.
 */
public final class FileBlobStore implements BlobStore {

  private static final Logger LOG = LoggerFactory.getLogger(FileBlobStore.class);

  private static final String WHAT =
      "the directory of jars (below '%s', else '%s')"
          .formatted(
              HighAvailabilityOptions.STORAGE_DIR.key(), BlobOptions.STORAGE_DIRECTORY.key());

  private final Path directory;
  private final BlobFiles files;
  private final boolean temporary;
  private final BlobServer server;
  private final Executor io;
  private final RecentBlobs recent = new RecentBlobs();

  private FileBlobStore(Path directory, boolean temporary, BlobServer server, Executor io) {
    this.directory = directory;
    this.files = new BlobFiles(directory);
    this.temporary = temporary;
    this.server = server;
    this.io = io;
  }

  /**
   * Opens the store of a JobManager and starts its server. The directory is {@code
   * <high-availability.storageDir>/<cluster-id>/blobs}, else {@code blob.storage.directory}, else a
   * temporary one that goes when the store is closed.
   *
   * @param bindHost the interface that the server listens on
   * @param advertisedHost the host under which peers reach it
   * @throws IOException with one line, if the directory cannot be used or the port is taken
   */
  public static FileBlobStore open(
      Configuration configuration, String bindHost, String advertisedHost, Executor io)
      throws IOException {
    int port = configuration.get(BlobOptions.SERVER_PORT);
    Optional<Path> configured =
        StorageDirectory.ofCluster(configuration)
            .map(base -> base.resolve("blobs"))
            .or(
                () ->
                    configuration
                        .getOptional(BlobOptions.STORAGE_DIRECTORY)
                        .map(text -> StorageDirectory.parse(BlobOptions.STORAGE_DIRECTORY, text)));
    if (configured.isPresent()) {
      return open(configured.get(), false, new Endpoint(bindHost, advertisedHost, port), io);
    }
    Path parent =
        Path.of(
            configuration
                .getOptional(ClusterOptions.TMP_DIRS)
                .orElseGet(() -> System.getProperty("java.io.tmpdir")));
    Path directory;
    try {
      directory = Files.createTempDirectory(Files.createDirectories(parent), "stellwerk-blobs-");
    } catch (IOException e) {
      throw new IOException("Cannot make a directory for jars in " + parent + ": " + e, e);
    }
    return open(directory, true, new Endpoint(bindHost, advertisedHost, port), io);
  }

  private static FileBlobStore open(
      Path directory, boolean temporary, Endpoint endpoint, Executor io) throws IOException {
    try {
      Files.createDirectories(directory);
      if (!Files.isWritable(directory)) {
        throw new AccessDeniedException(directory.toString());
      }
    } catch (IOException e) {
      throw DirectoryFailures.of(WHAT, directory, e);
    }
    BlobFiles files = new BlobFiles(directory);
    BlobServer server =
        BlobServer.start(files, endpoint.bindHost, endpoint.advertisedHost, endpoint.port);
    LOG.info("Jars are in {} and served at {}", directory, server.address());
    return new FileBlobStore(directory, temporary, server, io);
  }

  @Override
  public CompletableFuture<BlobKey> put(Path file) {
    return async(() -> store(file));
  }

  private BlobKey store(Path source) throws IOException {
    try {
      long size = Files.size(source);
      Optional<BlobKey> candidate = recent.ofSize(size);
      if (candidate.isPresent() && isSame(source, files.path(candidate.get()))) {
        return candidate.get();
      }
      BlobKey key = BlobDigest.of(source);
      if (!isSame(source, files.path(key))) {
        key = write(source);
      }
      recent.add(size, key);
      return key;
    } catch (StoreUnavailableException | StoreAccessDeniedException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new IOException("Cannot store " + source + ": no such file " + e.getFile(), e);
    } catch (IOException e) {
      throw new IOException("Cannot store " + source + ", which cannot be read: " + e, e);
    }
  }

  /** Failures of the directory are those of a store; others are the source's. */
  private BlobKey write(Path source) throws IOException {
    try (InputStream in = Files.newInputStream(source)) {
      try {
        return write(in);
      } catch (FileSystemException e) {
        throw DirectoryFailures.of("Cannot store " + source + ": " + WHAT, directory, e);
      }
    }
  }

  private BlobKey write(InputStream in) throws IOException {
    Path temporaryFile = directory.resolve("put-" + UUID.randomUUID() + ".tmp");
    BlobKey[] key = new BlobKey[1];
    try {
      DurableFiles.writeForced(temporaryFile, out -> key[0] = BlobDigest.copy(in, out));
      DurableFiles.moveInto(temporaryFile, files.path(key[0]));
      return key[0];
    } finally {
      Files.deleteIfExists(temporaryFile);
    }
  }

  /** If either cannot be read, then not; whoever goes on with the source is told if it was that. */
  private static boolean isSame(Path source, Path stored) {
    try {
      return Files.isRegularFile(stored) && Files.mismatch(source, stored) < 0;
    } catch (IOException e) {
      LOG.warn("Cannot compare {} with {}: {}", stored, source, e.toString());
      return false;
    }
  }

  @Override
  public CompletableFuture<Boolean> contains(BlobKey key) {
    return async(() -> files.claim(key));
  }

  @Override
  public CompletableFuture<Void> delete(BlobKey key, Supplier<CompletableFuture<Void>> permission) {
    return async(() -> files.setAside(key))
        .thenCompose(
            aside ->
                permission
                    .get()
                    .handle((ignored, refusal) -> async(() -> end(key, aside, refusal)))
                    .thenCompose(Function.identity()));
  }

  private @Nullable Void end(BlobKey key, List<Path> aside, @Nullable Throwable refusal)
      throws Exception {
    for (Path file : aside) {
      if (refusal == null) {
        Files.deleteIfExists(file);
      } else {
        files.putBack(key, file);
      }
    }
    if (refusal != null) {
      throw new CompletionException(ExceptionUtils.stripCompletionException(refusal));
    }
    return null;
  }

  @Override
  public String serverAddress() {
    return server.address();
  }

  /** Stops the server; a temporary directory is removed. */
  @Override
  public CompletableFuture<Void> closeAsync() {
    server.close();
    if (!temporary) {
      return CompletableFuture.completedFuture(null);
    }
    return async(
        () -> {
          deleteTree(directory);
          return null;
        });
  }

  private static void deleteTree(Path root) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(root)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }

  private <T extends @Nullable Object> CompletableFuture<T> async(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      io.execute(
          () -> {
            try {
              result.complete(call.call());
            } catch (FileSystemException e) {
              result.completeExceptionally(DirectoryFailures.of(WHAT, directory, e));
            } catch (Exception e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new IOException("The blob store is closing", e));
    }
    return result;
  }

  private record Endpoint(String bindHost, String advertisedHost, int port) {}
}
