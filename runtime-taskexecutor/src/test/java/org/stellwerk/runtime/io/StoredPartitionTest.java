package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredPartitionTest {

  @TempDir Path directory;

  private PartitionWriter writer(int subpartitions) {
    return new PartitionWriter(directory.resolve("results").resolve("result-0"), subpartitions);
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] readAll(PartitionReader reader) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] block = reader.next(); block != null; block = reader.next()) {
      assertThat(block.length).isBetween(1, PartitionFormat.MAX_PAYLOAD);
      all.write(block);
    }
    assertThat(reader.next()).isNull();
    return all.toByteArray();
  }

  private static byte[] read(StoredPartition partition, int consumer) throws IOException {
    try (PartitionReader reader = partition.open(consumer)) {
      return readAll(reader);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 300})
  void whatIsWrittenIsReadAgainWhateverItsSizes(int subpartitions) throws Exception {
    Random random = new Random(subpartitions);
    List<ByteArrayOutputStream> expected = new ArrayList<>();
    for (int i = 0; i < subpartitions; i++) {
      expected.add(new ByteArrayOutputStream());
    }
    PartitionWriter writer = writer(subpartitions);
    for (int i = 0; i < 20_000; i++) {
      int subpartition = random.nextInt(subpartitions);
      int most = i % 1000 == 0 ? 2 * PartitionWriter.BUFFER : 300;
      byte[] piece = bytes(1 + random.nextInt(most), i);
      writer.add(subpartition, piece, 0, piece.length);
      expected.get(subpartition).write(piece);
    }
    StoredPartition partition = writer.seal();
    assertThat(partition.regions()).isGreaterThan(2);
    for (int i = 0; i < subpartitions; i++) {
      assertThat(read(partition, i)).isEqualTo(expected.get(i).toByteArray());
    }
  }

  @Test
  void whatHasNoRecordsNeedsNoFile() throws Exception {
    StoredPartition partition = writer(3).seal();
    assertThat(partition.file()).doesNotExist();
    assertThat(read(partition, 2)).isEmpty();
  }

  @Test
  void oneSubpartitionIsForEveryConsumer() throws Exception {
    PartitionWriter writer = writer(1);
    writer.add(0, bytes(5, 1), 0, 5);
    StoredPartition partition = writer.seal();
    assertThat(read(partition, 0)).isEqualTo(read(partition, 17)).isEqualTo(bytes(5, 1));
  }

  @Test
  void aConsumerThatWasNeverMeantIsRefused() throws Exception {
    StoredPartition partition = writer(3).seal();
    assertThatThrownBy(() -> partition.open(3)).hasMessageContaining("nothing for consumer");
    assertThatThrownBy(() -> partition.open(-1)).hasMessageContaining("nothing for consumer");
  }

  @Test
  void readersAreIndependentAndOutliveTheRemoval() throws Exception {
    PartitionWriter writer = writer(1);
    byte[] large = bytes(3 * PartitionFormat.MAX_PAYLOAD, 1);
    writer.add(0, large, 0, large.length);
    StoredPartition partition = writer.seal();
    try (PartitionReader first = partition.open(0);
        PartitionReader second = partition.open(0)) {
      assertThat(first.next()).hasSize(PartitionFormat.MAX_PAYLOAD);
      partition.delete();
      assertThat(partition.file()).doesNotExist();
      assertThat(readAll(second)).isEqualTo(large);
      assertThat(first.next()).hasSize(PartitionFormat.MAX_PAYLOAD);
    }
    assertThatThrownBy(() -> partition.open(0)).hasMessageContaining("was removed");
  }

  @Test
  void anInterruptedReaderDisturbsNoOther() throws Exception {
    PartitionWriter writer = writer(1);
    byte[] large = bytes(3 * PartitionFormat.MAX_PAYLOAD, 1);
    writer.add(0, large, 0, large.length);
    StoredPartition partition = writer.seal();
    try (PartitionReader other = partition.open(0);
        PartitionReader interrupted = partition.open(0)) {
      Thread.currentThread().interrupt();
      assertThat(interrupted.next()).hasSize(PartitionFormat.MAX_PAYLOAD);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(readAll(other)).isEqualTo(large);
    }
  }

  @Test
  void everyDamagedByteIsNoticedByTheReaderThatMeetsIt() throws Exception {
    PartitionWriter writer = writer(2);
    writer.add(0, bytes(40, 1), 0, 40);
    writer.add(1, bytes(50, 2), 0, 50);
    StoredPartition partition = writer.seal();
    byte[] good = Files.readAllBytes(partition.file());
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(partition.file(), bad);
      int unreadable = 0;
      for (int consumer = 0; consumer < 2; consumer++) {
        try {
          assertThat(read(partition, consumer)).isEqualTo(bytes(40 + 10 * consumer, 1 + consumer));
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("is damaged");
          unreadable++;
        }
      }
      assertThat(unreadable).as("readers that met byte %d", i).isEqualTo(1);
    }
  }

  @Test
  void aFileThatWasCutIsDamaged() throws Exception {
    PartitionWriter writer = writer(2);
    writer.add(1, bytes(50, 2), 0, 50);
    StoredPartition partition = writer.seal();
    byte[] good = Files.readAllBytes(partition.file());
    Files.write(partition.file(), java.util.Arrays.copyOf(good, good.length - 20));
    assertThatThrownBy(() -> read(partition, 1)).hasMessageContaining("ends too early");
  }

  @Test
  void whatIsGivenUpLeavesNothing() throws Exception {
    PartitionWriter writer = writer(1);
    byte[] large = bytes(2 * PartitionWriter.BUFFER, 1);
    writer.add(0, large, 0, large.length);
    try (var files = Files.list(directory.resolve("results"))) {
      assertThat(files).hasSize(1);
    }
    writer.discard();
    try (var files = Files.list(directory.resolve("results"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aDiskThatTakesNothingIsSaidInOneLine() throws Exception {
    Files.writeString(directory.resolve("results"), "in the way");
    PartitionWriter writer = writer(1);
    writer.add(0, bytes(5, 1), 0, 5);
    assertThatThrownBy(writer::seal)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Cannot write the result of a blocking edge to")
        .hasMessageContaining("io.tmp.dirs");
  }
}
