package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's lock on a file, which ends with the process that holds it and not before:
 * whoever is frozen keeps it. One thread acquires and releases; {@link #isHeld} is for any thread.
 *
 * <p>On POSIX systems the lock belongs to the process, and closing <em>any</em> descriptor of the
 * file gives it up. Therefore the candidates of one JVM take turns, only the one whose turn it is
 * opens the file, and nothing else ever does: what else is asked of the file is asked by its name.
 */
final class LeaderLock {

  private static final Map<Path, Semaphore> TURNS = new ConcurrentHashMap<>();

  private final Path file;
  private final Semaphore turn;
  private @Nullable FileChannel channel;
  private volatile @Nullable Object lockedFile;

  LeaderLock(Path file) {
    this.file = file.toAbsolutePath().normalize();
    this.turn = TURNS.computeIfAbsent(this.file, path -> new Semaphore(1, true));
  }

  /** Where the lock file is, as all that is stored. */
  Path directory() {
    return file.getParent();
  }

  /**
   * Waits for the lock, without a bound.
   *
   * @throws InterruptedException if the thread is interrupted; the lock is not held then
   * @throws IOException if the file cannot be made or locked, or the wait was interrupted
   */
  void acquire() throws IOException, InterruptedException {
    turn.acquire();
    boolean held = false;
    try {
      do {
        held = lock();
      } while (!held);
    } finally {
      if (!held) {
        turn.release();
      }
    }
  }

  /** Locks what has the name now; false if it was replaced while this waited. */
  private boolean lock() throws IOException {
    Object before = ensureFile();
    FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE);
    boolean same = false;
    try {
      opened.lock();
      same = before.equals(identity());
    } finally {
      if (!same) {
        opened.close();
      }
    }
    if (same) {
      channel = opened;
      lockedFile = before;
    }
    return same;
  }

  private Object ensureFile() throws IOException {
    Object there = identity();
    if (there != null) {
      return there;
    }
    Files.createDirectories(file.getParent());
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster.
    }
    Object made = identity();
    if (made == null) {
      throw new IOException("The lock file " + file + " vanished just after it was made");
    }
    return made;
  }

  private @Nullable Object identity() throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Object key = attributes.fileKey();
      return key != null ? key : attributes.creationTime();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Whether the lock is held on the file that has the name now, not on one that was deleted. */
  boolean isHeld() {
    Object locked = lockedFile;
    try {
      return locked != null && locked.equals(identity());
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives the lock up. */
  void release() throws IOException {
    FileChannel held = channel;
    if (held == null) {
      return;
    }
    channel = null;
    lockedFile = null;
    try {
      held.close();
    } finally {
      turn.release();
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
