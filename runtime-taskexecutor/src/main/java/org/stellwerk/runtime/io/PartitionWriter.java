package org.stellwerk.runtime.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one blocking output of one attempt: collects encoded records of all subpartitions in one
 * buffer, and when it is full sorts them by subpartition and writes a region ({@link
 * PartitionFormat}). So its memory is bounded by the buffer, however many consumers there are. The
 * file is made with the first region. Belongs to the producer's thread.
 */
final class PartitionWriter {

  /** The most bytes of records that wait in memory. */
  static final int BUFFER = 1 << 20;

  private static final int INITIAL_BUFFER = 4 << 10;
  private static final int INITIAL_PIECES = 64;
  private static final int MAX_PIECES = 64 << 10;
  private static final int WRITE_BUFFER = 64 << 10;

  private final Path file;
  private final int subpartitions;
  private final List<Long> indexOffsets = new ArrayList<>();
  private byte[] buffer = new byte[INITIAL_BUFFER];
  private int filled;

  /** Subpartition, offset and length of each piece in the buffer. */
  private int[] pieces = new int[3 * INITIAL_PIECES];

  private int count;
  private @Nullable FileChannel channel;
  private final ByteBuffer out = ByteBuffer.allocate(WRITE_BUFFER);
  private final byte[] block = new byte[PartitionFormat.MAX_PAYLOAD];
  private int blockLength;
  private long position;

  PartitionWriter(Path file, int subpartitions) {
    this.file = file;
    this.subpartitions = subpartitions;
  }

  /** Appends to the stream of a subpartition. */
  void add(int subpartition, byte[] source, int offset, int length) throws IOException {
    if (filled + length > BUFFER || count == MAX_PIECES) {
      spill();
    }
    if (length > BUFFER) {
      writeRegion(new int[] {subpartition, offset, length}, 1, source);
      return;
    }
    if (filled + length > buffer.length) {
      int grown = Math.max(filled + length, Math.min(BUFFER, 2 * buffer.length));
      buffer = Arrays.copyOf(buffer, grown);
    }
    if (3 * count == pieces.length) {
      pieces = Arrays.copyOf(pieces, 2 * pieces.length);
    }
    System.arraycopy(source, offset, buffer, filled, length);
    pieces[3 * count] = subpartition;
    pieces[3 * count + 1] = filled;
    pieces[3 * count + 2] = length;
    count++;
    filled += length;
  }

  /** Writes what waits and closes the file. */
  StoredPartition seal() throws IOException {
    spill();
    FileChannel written = channel;
    if (written != null) {
      channel = null;
      written.close();
    }
    return new StoredPartition(
        file, subpartitions, indexOffsets.stream().mapToLong(Long::longValue).toArray());
  }

  /** Gives up: nothing is left on disk. */
  void discard() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
    Files.deleteIfExists(file);
  }

  private void spill() throws IOException {
    if (count > 0) {
      writeRegion(pieces, count, buffer);
      count = 0;
      filled = 0;
    }
  }

  private void writeRegion(int[] from, int pieceCount, byte[] data) throws IOException {
    int[] order = sorted(from, pieceCount);
    ByteBuffer index = ByteBuffer.allocate(subpartitions * PartitionFormat.INDEX_ENTRY);
    int next = 0;
    for (int subpartition = 0; subpartition < subpartitions; subpartition++) {
      long begin = position;
      while (next < pieceCount && from[3 * order[next]] == subpartition) {
        append(data, from[3 * order[next] + 1], from[3 * order[next] + 2]);
        next++;
      }
      endBlock();
      index.putLong(begin).putLong(position - begin);
    }
    indexOffsets.add(position);
    write(index.array(), 0, index.capacity());
    flush();
  }

  /** The pieces by subpartition, those of one in the order of their coming: a counting sort. */
  private int[] sorted(int[] from, int pieceCount) {
    int[] starts = new int[subpartitions + 1];
    for (int i = 0; i < pieceCount; i++) {
      starts[from[3 * i] + 1]++;
    }
    for (int i = 0; i < subpartitions; i++) {
      starts[i + 1] += starts[i];
    }
    int[] order = new int[pieceCount];
    for (int i = 0; i < pieceCount; i++) {
      order[starts[from[3 * i]]++] = i;
    }
    return order;
  }

  private void append(byte[] data, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      int step = Math.min(left, block.length - blockLength);
      System.arraycopy(data, from, block, blockLength, step);
      blockLength += step;
      from += step;
      left -= step;
      if (blockLength == block.length) {
        endBlock();
      }
    }
  }

  private void endBlock() throws IOException {
    if (blockLength > 0) {
      ByteBuffer header = ByteBuffer.allocate(PartitionFormat.BLOCK_HEADER);
      header.putInt(blockLength).putInt(PartitionFormat.checksum(block, 0, blockLength));
      write(header.array(), 0, header.capacity());
      write(block, 0, blockLength);
      blockLength = 0;
    }
  }

  private void write(byte[] data, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      int step = Math.min(left, out.remaining());
      out.put(data, from, step);
      from += step;
      left -= step;
      if (!out.hasRemaining()) {
        flush();
      }
    }
    position += length;
  }

  private void flush() throws IOException {
    out.flip();
    try {
      FileChannel open = open();
      while (out.hasRemaining()) {
        open.write(out);
      }
    } catch (IOException e) {
      throw new IOException(
          "Cannot write the result of a blocking edge to "
              + file
              + " (io.tmp.dirs), "
              + position
              + " bytes in: "
              + e.getMessage(),
          e);
    }
    out.clear();
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      Files.createDirectories(file.getParent());
      open =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      channel = open;
    }
    return open;
  }
}
