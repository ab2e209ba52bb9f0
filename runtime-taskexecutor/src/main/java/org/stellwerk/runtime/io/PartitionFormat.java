package org.stellwerk.runtime.io;

import java.util.zip.CRC32C;

/**
 * How the records of one blocking output stand in its file. The file is a row of regions, each
 * written at once when the writer's buffer is full; a region holds the data of every subpartition
 * in their order, and behind it an index with one entry for each:
 *
 * <pre>
 * region: block*                       index: subpartitions × (offset 8, length 8)
 * block:  length of payload 4, CRC-32C of payload 4, payload
 * </pre>
 *
 * <p>A subpartition is what its payloads are, one after the other, across all regions: the same
 * stream of records that a channel carries. Where the indexes begin only the process knows that
 * wrote the file, which is no use to any other.
 */
final class PartitionFormat {

  /** The longest payload: what a reader holds in memory. */
  static final int MAX_PAYLOAD = 32 << 10;

  static final int BLOCK_HEADER = 8;
  static final int INDEX_ENTRY = 16;

  private PartitionFormat() {}

  static int checksum(byte[] data, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, offset, length);
    return (int) crc.getValue();
  }
}
