package org.stellwerk.runtime.rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.blob.BlobStore;
import org.stellwerk.runtime.id.BlobKey;

/** Blobs in memory. */
final class TestingBlobStore implements BlobStore {

  final Map<BlobKey, byte[]> blobs = new ConcurrentHashMap<>();
  volatile @Nullable IOException failure;

  static BlobKey keyOf(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return new BlobKey(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CompletableFuture<BlobKey> put(Path file) {
    IOException why = failure;
    if (why != null) {
      return CompletableFuture.failedFuture(why);
    }
    try {
      byte[] content = Files.readAllBytes(file);
      blobs.put(keyOf(content), content);
      return CompletableFuture.completedFuture(keyOf(content));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Boolean> contains(BlobKey key) {
    return CompletableFuture.completedFuture(blobs.containsKey(key));
  }

  @Override
  public CompletableFuture<Void> delete(BlobKey key, Supplier<CompletableFuture<Void>> permission) {
    return permission.get().thenRun(() -> blobs.remove(key));
  }

  @Override
  public String serverAddress() {
    return "http://localhost/blobs/";
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return CompletableFuture.completedFuture(null);
  }
}
