package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.BlobKey;

/**
 * Jars on disk, one file per content, checked against the key when they come. Jars that no job uses
 * are kept for the next job up to a bound, the longest unused go first. The directory belongs to
 * this cache alone. Thread-safe.
 */
final class JarCache {

  private static final Logger LOG = LoggerFactory.getLogger(JarCache.class);
  private static final int MAX_UNUSED = 16;

  private final Path directory;
  private final JarFetcher fetcher;

  /** How many jobs use a jar, the longest unused first. */
  private final Map<BlobKey, Integer> users = new LinkedHashMap<>();

  private long temporaryFiles;

  JarCache(Path directory, JarFetcher fetcher) {
    this.directory = directory;
    this.fetcher = fetcher;
  }

  /** The jar's file, fetched if it is not there; in use until {@link #release}. */
  Path acquire(String serverAddress, BlobKey key) throws IOException, InterruptedException {
    synchronized (this) {
      users.merge(key, 1, Integer::sum);
    }
    try {
      Path file = fileOf(key);
      if (!Files.exists(file)) {
        fetch(serverAddress, key, file);
      }
      return file;
    } catch (IOException | InterruptedException | RuntimeException e) {
      release(key);
      throw e;
    }
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
      String actual = sha256(temporary);
      if (!actual.equals(key.sha256())) {
        throw new IOException(
            "The jar "
                + key
                + " from "
                + serverAddress
                + " arrived damaged: its hash is "
                + actual);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** The job no longer uses the jar. */
  synchronized void release(BlobKey key) {
    Integer count = users.remove(key);
    if (count == null) {
      return;
    }
    users.put(key, count - 1);
    long unused = users.values().stream().filter(n -> n == 0).count();
    Iterator<Map.Entry<BlobKey, Integer>> oldest = users.entrySet().iterator();
    while (unused > MAX_UNUSED && oldest.hasNext()) {
      Map.Entry<BlobKey, Integer> entry = oldest.next();
      if (entry.getValue() == 0) {
        delete(fileOf(entry.getKey()));
        oldest.remove();
        unused--;
      }
    }
  }

  /** Removes all files of the cache. */
  synchronized void clear() {
    List<BlobKey> all = new ArrayList<>(users.keySet());
    users.clear();
    all.forEach(key -> delete(fileOf(key)));
  }

  private Path fileOf(BlobKey key) {
    return directory.resolve(key + ".jar");
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("Cannot delete the cached jar {}: {}", file, e.getMessage());
    }
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
