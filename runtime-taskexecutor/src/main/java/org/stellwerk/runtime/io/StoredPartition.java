package org.stellwerk.runtime.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One finished blocking output of one attempt, to be read any number of times. All readers share
 * one open file, which is closed with the last of them. Not through a FileChannel: the interrupt of
 * one reader's thread would close it for all. Thread-safe.
 */
final class StoredPartition {

  private final Path file;
  private final int subpartitions;

  /** Where the index of each region begins; without regions there is no file. */
  private final long[] indexOffsets;

  private @Nullable RandomAccessFile open;
  private int readers;
  private boolean deleted;

  StoredPartition(Path file, int subpartitions, long[] indexOffsets) {
    this.file = file;
    this.subpartitions = subpartitions;
    this.indexOffsets = indexOffsets;
  }

  /**
   * A reader of what goes to a consumer's subtask; to be closed. If there is one subpartition, all
   * read the same.
   *
   * @throws IOException if the file is gone, or was never meant for such a consumer
   */
  synchronized PartitionReader open(int consumerSubtask) throws IOException {
    if (consumerSubtask < 0 || (subpartitions > 1 && consumerSubtask >= subpartitions)) {
      throw new IOException(file + " has nothing for consumer subtask " + consumerSubtask);
    }
    if (deleted) {
      throw new IOException(file + " was removed, as nobody seemed to need it any more");
    }
    if (open == null && indexOffsets.length > 0) {
      open = new RandomAccessFile(file.toFile(), "r");
    }
    readers++;
    return new PartitionReader(this, subpartitions == 1 ? 0 : consumerSubtask);
  }

  Path file() {
    return file;
  }

  int regions() {
    return indexOffsets.length;
  }

  long indexOffset(int region) {
    return indexOffsets[region];
  }

  /** Fills the array from the file. */
  synchronized void read(long position, byte[] target) throws IOException {
    RandomAccessFile from = open;
    if (from == null) {
      throw new IOException(file + " is not open");
    }
    from.seek(position);
    from.readFully(target);
  }

  /** A reader is done. */
  synchronized void readerClosed() throws IOException {
    readers--;
    RandomAccessFile unused = open;
    if (readers == 0 && unused != null) {
      open = null;
      unused.close();
    }
  }

  /** Nobody opens it any more; who reads it already may go on. */
  synchronized void delete() throws IOException {
    deleted = true;
    Files.deleteIfExists(file);
  }
}
