package org.stellwerk.dist;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * What one TaskManager keeps on disk while it runs: jars and results of blocking edges. Its process
 * holds a lock on the directory, which ends with the process however that ends; the next
 * TaskManager that starts on the host removes the directories that nobody holds. One that ends as
 * asked removes its own.
 */
final class TaskManagerDirectory implements AutoCloseableAsync {

  private static final Logger LOG = LoggerFactory.getLogger(TaskManagerDirectory.class);
  private static final String PREFIX = "stellwerk-";
  private static final String LOCK = "lock";
  private static final int ATTEMPTS = 10;

  private final Path path;
  private final FileChannel locked;

  private TaskManagerDirectory(Path path, FileChannel locked) {
    this.path = path;
    this.locked = locked;
  }

  /**
   * Makes the directory, and removes those of processes that are gone.
   *
   * @param name of the TaskManager
   * @throws IOException if it cannot be made, or another process of that name has it
   */
  static TaskManagerDirectory open(Path base, String name) throws IOException {
    Path own = base.resolve(PREFIX + name.replaceAll("[^A-Za-z0-9.-]", "_"));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Files.createDirectories(own);
      FileChannel channel = lock(own);
      // Another one that starts may have taken it for left behind before it was locked.
      if (channel != null && Files.exists(own.resolve(LOCK))) {
        removeAbandoned(base, own);
        return new TaskManagerDirectory(own, channel);
      }
      if (channel != null) {
        channel.close();
      }
    }
    throw new IOException(
        "Another process uses " + own + " (io.tmp.dirs, taskmanager.resource-id)");
  }

  /** The lock file, held; null if another process holds it. */
  private static @Nullable FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is held by this process.", directory);
    }
    channel.close();
    return null;
  }

  private static void removeAbandoned(Path base, Path own) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(base, PREFIX + "*")) {
      for (Path each : all) {
        if (!each.equals(own) && Files.isRegularFile(each.resolve(LOCK))) {
          removeIfAbandoned(each);
        }
      }
    } catch (IOException e) {
      LOG.warn("Cannot look for what former TaskManagers have left in {}: {}", base, e.toString());
    }
  }

  private static void removeIfAbandoned(Path directory) {
    try (FileChannel channel = lock(directory)) {
      if (channel != null) {
        LOG.info("Removing {}, whose TaskManager is gone.", directory);
        delete(directory);
      }
    } catch (IOException e) {
      LOG.warn("Cannot remove {}, whose TaskManager is gone: {}", directory, e.toString());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  Path path() {
    return path;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    try (locked) {
      delete(path);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    return FutureUtils.completedVoidFuture();
  }
}
