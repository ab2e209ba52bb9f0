package org.stellwerk.runtime.persistence;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Files that are there completely or not at all: written beside their place, forced to the disk and
 * moved there. Blocking; for drivers.
 */
public final class DurableFiles {

  private static final String TEMPORARY = ".tmp";

  private DurableFiles() {}

  /** Writes what a file will hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, replacing one that is there.
   *
   * @param temporary a name in the same directory that nobody else writes to at this time; what a
   *     write that failed, or whose process ended, has left there does not matter
   */
  public static void write(Path target, Path temporary, Content content) throws IOException {
    Files.deleteIfExists(temporary);
    try {
      writeForced(temporary, content);
      moveInto(temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  /**
   * Writes a file, replacing one that is there, also while others write it: under a temporary name
   * that is never used again. What is left there is removed by {@link #deleteTemporary}.
   */
  public static void writeAmongOthers(Path target, Content content) throws IOException {
    String temporary = target.getFileName() + "-" + UUID.randomUUID() + TEMPORARY;
    write(target, target.resolveSibling(temporary), content);
  }

  /** Removes what was left of writes of this file among others. */
  public static void deleteTemporary(Path target) throws IOException {
    String prefix = target.getFileName() + "-";
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(target.toAbsolutePath().getParent(), "*" + TEMPORARY)) {
      for (Path file : left) {
        if (String.valueOf(file.getFileName()).startsWith(prefix)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException e) {
      // Where there is no directory, nothing was left.
    }
  }

  private static void deleteAfter(Exception failure, Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Writes a file in its place and forces it to the disk.
   *
   * @throws FileSystemException if the disk does not take it, such as a full one; other failures
   *     are those of the content
   */
  public static void writeForced(Path file, Content content) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new NamedOutput(file, Channels.newOutputStream(channel))) {
      content.writeTo(out);
      try {
        channel.force(true);
      } catch (IOException e) {
        throw failure(file, e);
      }
    }
  }

  private static FileSystemException failure(Path file, IOException cause) {
    FileSystemException failure =
        new FileSystemException(file.toString(), null, String.valueOf(cause.getMessage()));
    failure.initCause(cause);
    return failure;
  }

  /** Whose failures name the file, and are told from those of where the content comes from. */
  private static final class NamedOutput extends FilterOutputStream {
    private final Path file;

    NamedOutput(Path file, OutputStream target) {
      super(target);
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    @Override
    public void write(int oneByte) throws IOException {
      write(new byte[] {(byte) oneByte}, 0, 1);
    }
  }

  /** Moves a file to its place in one step, and makes the move itself durable. */
  public static void moveInto(Path temporary, Path target) throws IOException {
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
    forceDirectory(target.toAbsolutePath().getParent());
  }

  private static void forceDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some file systems do not open directories; there the move is as durable as they make it.
    }
  }
}
