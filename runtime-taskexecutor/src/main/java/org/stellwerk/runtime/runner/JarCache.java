package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.blob.BlobDigest;
import org.stellwerk.runtime.id.BlobKey;

/**
 * Jars on disk, one file per content. A file is used only if its content is that of its key: it is
 * compared when it comes, and again when the file has changed since; one that is damaged is fetched
 * again. Jars that no job uses are kept for the next job up to a bound in number and bytes, the
 * longest unused go first. The directory belongs to this cache alone. Thread-safe.
 */
final class JarCache {

  private static final Logger LOG = LoggerFactory.getLogger(JarCache.class);
  private static final String SUFFIX = ".jar";
  private static final int MAX_UNUSED = 16;

  /** What is kept of jars that no job uses. */
  record Bound(int jars, long bytes) {
    static final Bound DEFAULT = new Bound(MAX_UNUSED, 1L << 30);
  }

  /** By which a change of a file is noticed without reading it. */
  private record Stamp(long bytes, FileTime modified) {
    static Stamp of(Path file) throws IOException {
      return new Stamp(Files.size(file), Files.getLastModifiedTime(file));
    }
  }

  private final Path directory;
  private final JarFetcher fetcher;
  private final Bound bound;

  /** How many jobs use a jar, the longest unused first. */
  private final Map<BlobKey, Integer> users = new LinkedHashMap<>();

  /** The files as they were when their content was last compared with their key. */
  private final Map<BlobKey, Stamp> compared = new LinkedHashMap<>();

  private long temporaryFiles;

  JarCache(Path directory, JarFetcher fetcher, Bound bound) {
    this.directory = directory;
    this.fetcher = fetcher;
    this.bound = bound;
  }

  /**
   * Takes over the jars of a former process of the same name, and removes what it left half done.
   */
  synchronized void takeOver() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      BlobKey key = keyOf(file);
      if (key == null) {
        delete(file);
      } else {
        users.putIfAbsent(key, 0);
      }
    }
    removeBeyondBound();
  }

  /** The jar's file, fetched if it is not there or damaged; in use until {@link #release}. */
  Path acquire(String serverAddress, BlobKey key) throws IOException, InterruptedException {
    synchronized (this) {
      users.merge(key, 1, Integer::sum);
    }
    try {
      Path file = fileOf(key);
      if (!isIntact(key, file)) {
        fetch(serverAddress, key, file);
      }
      return file;
    } catch (IOException | InterruptedException | RuntimeException e) {
      release(key);
      throw e;
    }
  }

  private boolean isIntact(BlobKey key, Path file) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    Stamp now = Stamp.of(file);
    synchronized (this) {
      if (now.equals(compared.get(key))) {
        return true;
      }
    }
    if (!BlobDigest.of(file).equals(key)) {
      LOG.warn("The cached jar {} is damaged; it is fetched again.", file);
      return false;
    }
    synchronized (this) {
      compared.put(key, now);
    }
    return true;
  }

  private void fetch(String serverAddress, BlobKey key, Path file)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path temporary;
    synchronized (this) {
      temporary = directory.resolve(key + "." + temporaryFiles++ + ".part");
    }
    Files.deleteIfExists(temporary);
    try {
      fetcher.fetch(serverAddress, key, temporary);
      BlobKey actual = BlobDigest.of(temporary);
      if (!actual.equals(key)) {
        throw new IOException(
            "The jar "
                + key
                + " from "
                + serverAddress
                + " arrived damaged: its hash is "
                + actual
                + ". If that happens again it is damaged where it is stored; submit the job anew");
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Stamp stamp = Stamp.of(file);
      synchronized (this) {
        compared.put(key, stamp);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** The job no longer uses the jar. */
  synchronized void release(BlobKey key) {
    Integer count = users.remove(key);
    if (count != null) {
      users.put(key, count - 1);
      removeBeyondBound();
    }
  }

  private void removeBeyondBound() {
    int jars = 0;
    long bytes = 0;
    for (Map.Entry<BlobKey, Integer> entry : users.entrySet()) {
      if (entry.getValue() == 0) {
        jars++;
        bytes += sizeOf(entry.getKey());
      }
    }
    Iterator<Map.Entry<BlobKey, Integer>> oldest = users.entrySet().iterator();
    while ((jars > bound.jars || bytes > bound.bytes) && oldest.hasNext()) {
      Map.Entry<BlobKey, Integer> entry = oldest.next();
      if (entry.getValue() == 0) {
        jars--;
        bytes -= sizeOf(entry.getKey());
        oldest.remove();
        remove(entry.getKey());
      }
    }
  }

  private long sizeOf(BlobKey key) {
    try {
      return Files.size(fileOf(key));
    } catch (IOException e) {
      return 0; // it never came
    }
  }

  /** Removes all files of the cache. */
  synchronized void clear() {
    List<BlobKey> all = new ArrayList<>(users.keySet());
    users.clear();
    all.forEach(this::remove);
  }

  private void remove(BlobKey key) {
    compared.remove(key);
    delete(fileOf(key));
  }

  private Path fileOf(BlobKey key) {
    return directory.resolve(key + SUFFIX);
  }

  private static @Nullable BlobKey keyOf(Path file) {
    String name = Objects.requireNonNull(file.getFileName()).toString();
    try {
      return name.endsWith(SUFFIX)
          ? new BlobKey(name.substring(0, name.length() - SUFFIX.length()))
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("Cannot delete {} from the cache of jars: {}", file, e.getMessage());
    }
  }
}
