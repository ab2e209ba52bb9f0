package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.id.BlobKey;

class JarCacheTest {

  private static final String SERVER = "http://blobs/";

  @TempDir Path directory;
  private final List<BlobKey> fetched = new ArrayList<>();
  private String served = "";

  private JarCache cache(int jars, long bytes) {
    return new JarCache(
        directory.resolve("jars"),
        (address, key, target) -> {
          fetched.add(key);
          Files.writeString(target, served);
        },
        new JarCache.Bound(jars, bytes));
  }

  private static BlobKey keyOf(String content) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
    return new BlobKey(HexFormat.of().formatHex(hash));
  }

  private Path acquire(JarCache cache, String content) throws Exception {
    served = content;
    return cache.acquire(SERVER, keyOf(content));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("jars"))) {
      return all.toList();
    }
  }

  @Test
  void aJarIsFetchedOnce() throws Exception {
    JarCache cache = cache(4, 1000);
    Path first = acquire(cache, "one");
    assertThat(acquire(cache, "one")).isEqualTo(first).hasContent("one");
    assertThat(fetched).hasSize(1);
  }

  @Test
  void aFileThatWasDamagedIsFetchedAgain() throws Exception {
    JarCache cache = cache(4, 1000);
    Path file = acquire(cache, "one");
    Files.writeString(file, "damaged");
    assertThat(acquire(cache, "one")).hasContent("one");
    assertThat(fetched).hasSize(2);
    Files.delete(file);
    assertThat(acquire(cache, "one")).hasContent("one");
  }

  @Test
  void whatIsDamagedAtItsSourceIsNotUsedAndLeavesNothing() throws Exception {
    JarCache cache = cache(4, 1000);
    served = "something else";
    BlobKey key = keyOf("one");
    assertThatThrownBy(() -> cache.acquire(SERVER, key))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("The jar " + key + " from " + SERVER + " arrived damaged")
        .hasMessageContaining("submit the job anew");
    assertThat(files()).isEmpty();
    assertThat(acquire(cache, "one")).hasContent("one");
  }

  @Test
  void unusedJarsAreKeptUpToABoundTheLongestUnusedGoFirst() throws Exception {
    JarCache cache = cache(2, 1000);
    for (String content : List.of("one", "two", "three")) {
      acquire(cache, content);
    }
    acquire(cache, "two");
    for (String content : List.of("one", "two", "three")) {
      cache.release(keyOf(content));
    }
    assertThat(files()).hasSize(3);
    cache.release(keyOf("two"));
    assertThat(files()).hasSize(2);
    fetched.clear();
    acquire(cache, "three");
    acquire(cache, "two");
    assertThat(fetched).isEmpty();
    acquire(cache, "one");
    assertThat(fetched).hasSize(1);
  }

  @Test
  void theBoundIsOneOfBytesToo() throws Exception {
    JarCache cache = cache(10, 10);
    acquire(cache, "eight by");
    cache.release(keyOf("eight by"));
    assertThat(files()).hasSize(1);
    acquire(cache, "four");
    cache.release(keyOf("four"));
    assertThat(files()).hasSize(1);
    fetched.clear();
    acquire(cache, "four");
    assertThat(fetched).isEmpty();
  }

  @Test
  void theJarsOfAFormerProcessAreUsedAfterAComparisonAndWhatItLeftHalfDoneGoes() throws Exception {
    Path jars = Files.createDirectories(directory.resolve("jars"));
    Files.writeString(jars.resolve(keyOf("one") + ".jar"), "one");
    Files.writeString(jars.resolve(keyOf("two") + ".jar"), "cut off");
    Files.writeString(jars.resolve(keyOf("one") + ".3.part"), "o");
    JarCache cache = cache(4, 1000);
    cache.takeOver();
    assertThat(files()).hasSize(2);
    acquire(cache, "one");
    assertThat(fetched).isEmpty();
    assertThat(acquire(cache, "two")).hasContent("two");
    assertThat(fetched).hasSize(1);
    JarCache smaller = cache(1, 1000);
    smaller.takeOver();
    assertThat(files()).hasSize(1);
  }

  @Test
  void nothingIsLeftWhenItIsCleared() throws Exception {
    JarCache cache = cache(4, 1000);
    cache.takeOver();
    acquire(cache, "one");
    cache.clear();
    assertThat(files()).isEmpty();
  }
}
