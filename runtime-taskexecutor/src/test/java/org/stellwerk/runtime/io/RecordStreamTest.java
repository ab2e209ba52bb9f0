package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordStreamTest {

  record Point(int x, String name, List<Long> values, @Nullable Point next) {}

  record Empty() {}

  enum Color {
    RED,
    GREEN
  }

  /** No constructor without arguments, and a cycle. */
  static final class Node {
    final String name;
    @Nullable Node other;

    Node(String name) {
      this.name = Objects.requireNonNull(name);
    }
  }

  static final class Unserialisable {
    final Thread thread = Thread.currentThread();
  }

  private final TaskSerializer writing =
      new TaskSerializer(RecordStreamTest.class.getClassLoader());
  private final ClassDictionary dictionary = new ClassDictionary();
  private final ByteArrayOutputStream stream = new ByteArrayOutputStream();
  private int namesSent;

  private void write(Object record) throws IOException {
    writing.encode(record, dictionary);
    while (namesSent < dictionary.size()) {
      stream.writeBytes(dictionary.encodedName(namesSent++));
    }
    stream.write(writing.buffer(), writing.start(), writing.length());
  }

  private List<Object> read(int chunkSize) throws IOException {
    RecordDecoder decoder =
        new RecordDecoder(new TaskSerializer(RecordStreamTest.class.getClassLoader()));
    byte[] bytes = stream.toByteArray();
    List<Object> records = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += chunkSize) {
      decoder.feed(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + chunkSize)));
      for (Object record = decoder.next(); record != null; record = decoder.next()) {
        records.add(record);
      }
    }
    assertThat(decoder.isAtBoundary()).isTrue();
    return records;
  }

  private static List<Object> values() {
    Map<Color, String> colors = new EnumMap<>(Color.class);
    colors.put(Color.GREEN, "g");
    Map<String, Object> nested = new LinkedHashMap<>();
    nested.put("list", new ArrayList<>(List.of(1, 2, 3)));
    nested.put("null", null);
    return List.of(
        "text",
        "",
        "Grüße, 世界 𝄞",
        "x".repeat(100_000),
        42L,
        -1L,
        Long.MIN_VALUE,
        17,
        1.5,
        true,
        'c',
        new BigDecimal("1.20"),
        Color.RED,
        UUID.nameUUIDFromBytes(new byte[] {1}),
        Instant.ofEpochSecond(1, 2),
        Duration.ofMillis(3),
        Optional.of("o"),
        TimeUnit.DAYS,
        new Empty(),
        new Point(1, "a", List.of(1L, 2L), new Point(2, "b", List.of(), null)),
        List.of("a", "b"),
        Map.of("k", 1),
        Set.of("s"),
        new ArrayList<>(Arrays.asList("x", null)),
        Arrays.asList(1, 2),
        Collections.unmodifiableList(new ArrayList<>(List.of("u"))),
        Collections.unmodifiableMap(new TreeMap<>(Map.of("b", 2, "a", 1))),
        Collections.synchronizedSet(new LinkedHashSet<>(List.of(3, 1, 2))),
        new ArrayList<>(List.of(1, 2, 3, 4)).subList(1, 3),
        new TreeMap<>(Map.of("z", 1, "y", 2)).keySet(),
        Collections.emptyList(),
        Collections.singletonList("one"),
        new HashMap<>(Map.of(Color.RED, List.of(Color.GREEN))),
        colors,
        nested);
  }

  @Test
  void valuesComeBackWhereverTheStreamIsCut() throws Exception {
    for (Object value : values()) {
      write(value);
      write(value);
    }
    for (int chunk : new int[] {1, 2, 7, 100, 1 << 20}) {
      List<Object> read = read(chunk);
      List<Object> expected = new ArrayList<>();
      values()
          .forEach(
              value -> {
                expected.add(value);
                expected.add(value);
              });
      for (int i = 0; i < expected.size(); i++) {
        assertThat(read.get(i)).isEqualTo(expected.get(i));
      }
      assertThat(read).hasSameSizeAs(expected);
    }
  }

  @Test
  void arraysComeBack() throws Exception {
    write(new byte[] {1, 2});
    write(new int[] {3, 4});
    write(new String[] {"a", null});
    write(new Point[] {new Point(1, "p", List.of(), null)});
    write(new byte[0]);
    List<Object> read = read(3);
    assertThat(read.get(0)).isEqualTo(new byte[] {1, 2});
    assertThat(read.get(1)).isEqualTo(new int[] {3, 4});
    assertThat(read.get(2)).isEqualTo(new String[] {"a", null});
    assertThat((Point[]) read.get(3)).containsExactly(new Point(1, "p", List.of(), null));
    assertThat(read.get(4)).isEqualTo(new byte[0]);
  }

  @Test
  void cyclesAndClassesWithoutDefaultConstructorComeBack() throws Exception {
    Node one = new Node("one");
    one.other = new Node("two");
    one.other.other = one;
    write(one);
    Node read = (Node) read(5).get(0);
    assertThat(read.name).isEqualTo("one");
    Node other = Objects.requireNonNull(read.other);
    assertThat(other.name).isEqualTo("two");
    assertThat(other.other).isSameAs(read);
  }

  @Test
  void exceptionsComeBack() throws Exception {
    write(new IllegalStateException("no", new IOException("cause")));
    Throwable read = (Throwable) read(1000).get(0);
    assertThat(read).isInstanceOf(IllegalStateException.class).hasMessage("no");
    assertThat(read.getCause()).isInstanceOf(IOException.class);
  }

  @Test
  void aClassIsNamedOncePerStream() throws Exception {
    for (int i = 0; i < 1000; i++) {
      write(new Point(i, "p", new ArrayList<>(), null));
    }
    assertThat(stream.size()).isLessThan(1000 * 16);
    assertThat(read(100)).hasSize(1000);
  }

  @Test
  void whatCannotBeWrittenIsNamedAndTheStreamStaysWhole() throws Exception {
    write("before");
    assertThatThrownBy(() -> write(new Unserialisable()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "A record of class org.stellwerk.runtime.io.RecordStreamTest$Unserialisable cannot be"
                + " serialised: ");
    write(new Point(1, "after", List.of(), null));
    assertThat(read(4)).containsExactly("before", new Point(1, "after", List.of(), null));
  }

  @Test
  void damageIsNoticed() {
    RecordDecoder decoder =
        new RecordDecoder(new TaskSerializer(RecordStreamTest.class.getClassLoader()));
    decoder.feed(new byte[] {-1, -1, -1, -1, -1, -1});
    assertThatThrownBy(decoder::next)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
    RecordDecoder other =
        new RecordDecoder(new TaskSerializer(RecordStreamTest.class.getClassLoader()));
    other.feed(new byte[] {2, 99, 1});
    assertThatThrownBy(other::next).isInstanceOf(IOException.class);
  }
}
