package org.stellwerk.runtime.highavailability.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.runtime.persistence.DurableFiles;
import org.stellwerk.runtime.persistence.StorageDirectory;

/**
 * Turns state into a node's data and back. Small state is the data itself; larger state goes to a
 * file of its own in the storage directory first, durable before the node names it, and is never
 * changed afterwards; the data then is the file's name and checksum. Blocking.
 */
final class StateFiles {

  /** ZooKeeper refuses packets above 1 MiB by default; base64 and the rest need their room. */
  static final int MAX_INLINE_BYTES = 512 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(StateFiles.class);
  private static final String POINTER = "file ";

  private final Optional<Path> directory;

  StateFiles(Optional<Path> directory) {
    this.directory = directory;
  }

  /**
   * The data of the node that will hold the state; writes a file if need be. In one session it is
   * the same file for the same state, however often that is repeated; no other session has one of
   * that name, so whoever is deposed deletes none of its successor's.
   *
   * @param name begins the name of the file
   * @throws StoreUnavailableException if that fails now: a disk that is full need not stay so
   * @throws StoreAccessDeniedException if the directory is not for this process
   */
  byte[] store(String name, UUID session, byte[] state) throws IOException {
    if (state.length <= MAX_INLINE_BYTES) {
      return state;
    }
    Path parent =
        directory.orElseThrow(
            () ->
                new IOException(
                    "The state of "
                        + name
                        + " has "
                        + state.length
                        + " bytes, too many for a ZooKeeper node; set"
                        + " 'high-availability.storageDir' to a directory that every JobManager"
                        + " reaches"));
    String checksum = sha256(state);
    String fileName = name + "-" + session + "-" + checksum;
    try {
      Files.createDirectories(parent);
      Path file = parent.resolve(fileName);
      if (!Files.exists(file)) {
        DurableFiles.writeAmongOthers(file, out -> out.write(state));
      }
    } catch (IOException e) {
      throw StorageDirectory.failure(parent, e);
    }
    return (POINTER + fileName + " " + checksum).getBytes(UTF_8);
  }

  /** The state that a node's data is or points to. */
  byte[] load(byte[] data) throws IOException {
    Optional<String[]> pointer = pointer(data);
    if (pointer.isEmpty()) {
      return data;
    }
    Path file =
        directory
            .orElseThrow(
                () ->
                    new IOException(
                        "State is in the file "
                            + pointer.get()[1]
                            + ", but 'high-availability.storageDir' is not set here"))
            .resolve(pointer.get()[1]);
    byte[] state;
    try {
      state = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "The state file "
              + file
              + " is missing; 'high-availability.storageDir' must be the same directory for every"
              + " JobManager",
          e);
    } catch (IOException e) {
      throw StorageDirectory.failure(directory.get(), e);
    }
    if (!sha256(state).equals(pointer.get()[2])) {
      throw new IOException("The state file " + file + " is damaged: its checksum does not match");
    }
    return state;
  }

  /** The name of the file that a node's data points to. */
  static Optional<String> fileOf(byte[] data) {
    return pointer(data).map(parts -> parts[1]);
  }

  /**
   * Removes a file that no node names any more, and what writes of it that failed have left; one
   * that stays behind does no harm.
   */
  void delete(String fileName) {
    if (directory.isEmpty()) {
      return;
    }
    Path file = directory.get().resolve(fileName);
    deleteQuietly(file);
    try {
      DurableFiles.deleteTemporary(file);
    } catch (IOException e) {
      LOG.warn("Cannot delete temporary files of {}: {}", file, e.toString());
    }
  }

  /** Removes all files. */
  void discardAll() {
    if (directory.isEmpty() || !Files.isDirectory(directory.get())) {
      return;
    }
    try (Stream<Path> files = Files.list(directory.get())) {
      files.forEach(StateFiles::deleteQuietly);
    } catch (IOException e) {
      LOG.warn("Cannot clear {}: {}", directory.get(), e.toString());
    }
    deleteQuietly(directory.get());
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("Cannot delete {}, which nothing refers to any more: {}", file, e.toString());
    }
  }

  private static Optional<String[]> pointer(byte[] data) {
    if (data.length > 1000 || data.length == 0 || data[0] != POINTER.charAt(0)) {
      return Optional.empty();
    }
    String[] parts = new String(data, UTF_8).split(" ");
    return parts.length == 3 && !parts[1].contains("/") ? Optional.of(parts) : Optional.empty();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
