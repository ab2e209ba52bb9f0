package org.stellwerk.runtime.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one subpartition of a stored partition, block by block, each checked before it is given
 * away. Used by one thread at a time.
 */
final class PartitionReader implements Closeable {

  private final StoredPartition partition;
  private final int subpartition;
  private int nextRegion;
  private long position;
  private long left;
  private boolean closed;

  PartitionReader(StoredPartition partition, int subpartition) {
    this.partition = partition;
    this.subpartition = subpartition;
  }

  /**
   * The next piece of the stream.
   *
   * @return null at the end
   * @throws IOException if the file is not as it was written
   */
  byte @Nullable [] next() throws IOException {
    while (left == 0) {
      if (nextRegion == partition.regions()) {
        return null;
      }
      enter(nextRegion++);
    }
    int size = (int) Math.min(left, PartitionFormat.BLOCK_HEADER + PartitionFormat.MAX_PAYLOAD);
    byte[] bytes = read(position, size);
    ByteBuffer block = ByteBuffer.wrap(bytes);
    int length = size < PartitionFormat.BLOCK_HEADER ? -1 : block.getInt();
    int end = PartitionFormat.BLOCK_HEADER + length;
    if (length < 1 || end > size) {
      throw damaged("a block of " + length + " bytes");
    }
    int checksum = block.getInt();
    if (PartitionFormat.checksum(bytes, PartitionFormat.BLOCK_HEADER, length) != checksum) {
      throw damaged("wrong checksum of " + length + " bytes");
    }
    position += end;
    left -= end;
    return Arrays.copyOfRange(bytes, PartitionFormat.BLOCK_HEADER, end);
  }

  private void enter(int region) throws IOException {
    long indexOffset = partition.indexOffset(region);
    ByteBuffer entry =
        ByteBuffer.wrap(
            read(
                indexOffset + (long) subpartition * PartitionFormat.INDEX_ENTRY,
                PartitionFormat.INDEX_ENTRY));
    position = entry.getLong();
    left = entry.getLong();
    long begin = region == 0 ? 0 : partition.indexOffset(region - 1);
    if (position < begin || left < 0 || position > indexOffset - left) {
      throw damaged("region " + region + " is said to have " + left + " bytes at " + position);
    }
  }

  private byte[] read(long from, int size) throws IOException {
    byte[] bytes = new byte[size];
    try {
      partition.read(from, bytes);
    } catch (EOFException e) {
      throw damaged("it ends too early");
    }
    return bytes;
  }

  private IOException damaged(String what) {
    return new IOException(partition.file() + " is damaged near byte " + position + ": " + what);
  }

  /** Idempotent. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      partition.readerClosed();
    }
  }
}
