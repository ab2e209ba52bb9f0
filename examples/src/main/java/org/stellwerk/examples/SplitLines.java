package org.stellwerk.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one split of a text file: those that begin in its byte range, so that every line is
 * read by exactly one of the splits that cover the file. Lines end with LF or CR LF, the last one
 * also with the file; the text is UTF-8. Used by one thread.
 */
final class SplitLines implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_LINE_BYTES = 16 << 20;

  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private final long end;
  private byte[] line = new byte[256];
  private long position;

  private SplitLines(Path file, FileChannel channel, long position, long end) {
    this.file = file;
    this.channel = channel;
    this.position = position;
    this.end = end;
  }

  /**
   * Opens a split.
   *
   * @param index counted from 0, less than the number of splits
   */
  static SplitLines open(Path file, int index, int splits) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      long size = channel.size();
      long start = size * index / splits;
      long end = size * (index + 1) / splits;
      long from = start == 0 ? 0 : start - 1;
      channel.position(from);
      SplitLines lines = new SplitLines(file, channel, from, end);
      if (start > 0) {
        lines.skipLine();
      }
      return lines;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The next line without its end; null after the last one of the split. */
  @Nullable String next() throws IOException {
    if (position >= end) {
      return null;
    }
    int length = 0;
    int next = read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (length == line.length) {
        grow();
      }
      line[length++] = (byte) next;
      next = read();
    }
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    return new String(line, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void skipLine() throws IOException {
    int next = read();
    while (next >= 0 && next != '\n') {
      next = read();
    }
  }

  private int read() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear();
      int count = channel.read(buffer);
      buffer.flip();
      if (count < 0) {
        return -1;
      }
    }
    position++;
    return buffer.get() & 0xff;
  }

  private void grow() throws IOException {
    if (line.length >= MAX_LINE_BYTES) {
      throw new IOException(
          "A line of "
              + file
              + " before byte "
              + position
              + " is longer than "
              + MAX_LINE_BYTES
              + " bytes");
    }
    line = Arrays.copyOf(line, line.length * 2);
  }
}
