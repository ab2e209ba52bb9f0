package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records in the byte stream of one channel, whose chunks end anywhere. What is left of a
 * chunk is copied until the record is complete; otherwise records are decoded where they are.
 * Belongs to one task's thread.
 */
final class RecordDecoder {

  private static final int MAX_RECORD = 1 << 30;
  private static final byte[] NONE = new byte[0];

  private final TaskSerializer serializer;
  private final List<Class<?>> dictionary = new ArrayList<>(0);
  private byte[] chunk = NONE;
  private int position;
  private int limit;

  /** The beginning of a record whose rest has not come, with the header; empty if there is none. */
  private byte[] partial = NONE;

  private int partialLength;
  private int parsedLength;
  private int parsedHeader;

  RecordDecoder(TaskSerializer serializer) {
    this.serializer = serializer;
  }

  /** Gives the next chunk; the one before must have been read to its end. */
  void feed(byte[] data) {
    chunk = data;
    position = 0;
    limit = data.length;
  }

  /**
   * The next record of the chunk.
   *
   * @return null if the chunk holds no further complete record
   */
  @Nullable Object next() throws IOException {
    while (position < limit) {
      Object record = partialLength > 0 ? continuePartial() : fromChunk();
      if (record != null) {
        return record;
      }
    }
    chunk = NONE;
    position = 0;
    limit = 0;
    return null;
  }

  /** Whether the stream may end here. */
  boolean isAtBoundary() {
    return partialLength == 0 && position == limit;
  }

  private @Nullable Object fromChunk() throws IOException {
    if (parseHeader(chunk, position, limit) && limit - position - parsedHeader >= parsedLength) {
      int start = position + parsedHeader;
      position = start + parsedLength;
      return serializer.decode(chunk, start, parsedLength, dictionary);
    }
    partial = Arrays.copyOfRange(chunk, position, limit);
    partialLength = partial.length;
    position = limit;
    return null;
  }

  private @Nullable Object continuePartial() throws IOException {
    while (!parseHeader(partial, 0, partialLength)) {
      if (position == limit) {
        return null;
      }
      append(1);
    }
    append(Math.min(limit - position, parsedHeader + parsedLength - partialLength));
    if (partialLength < parsedHeader + parsedLength) {
      return null;
    }
    byte[] complete = partial;
    partial = NONE;
    partialLength = 0;
    return serializer.decode(complete, parsedHeader, parsedLength, dictionary);
  }

  private void append(int count) {
    int needed = partialLength + count;
    if (needed > partial.length) {
      partial = Arrays.copyOf(partial, Math.max(needed, Math.min(2 * partial.length, MAX_RECORD)));
    }
    System.arraycopy(chunk, position, partial, partialLength, count);
    partialLength = needed;
    position += count;
  }

  /** Reads the length, if its bytes are all there. */
  private boolean parseHeader(byte[] data, int start, int end) throws IOException {
    int value = 0;
    for (int i = 0; i < 5; i++) {
      if (start + i >= end) {
        return false;
      }
      byte next = data[start + i];
      value |= (next & 0x7f) << (7 * i);
      if (next >= 0) {
        if (value < 1 || value > MAX_RECORD) {
          break;
        }
        parsedLength = value;
        parsedHeader = i + 1;
        return true;
      }
    }
    throw new IOException("the stream is damaged: a record of " + value + " bytes");
  }
}
