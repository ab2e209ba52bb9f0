package org.stellwerk.runtime.id;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The address of a file by its content: the SHA-256 of its bytes, as 64 hexadecimal digits. */
public record BlobKey(String sha256) implements Comparable<BlobKey> {

  public BlobKey {
    sha256 = sha256.toLowerCase(Locale.ROOT);
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "'" + sha256 + "' is not a blob key: expected 64 hexadecimal digits");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlobKey that && sha256.equals(that.sha256);
  }

  @Override
  public int hashCode() {
    return sha256.hashCode();
  }

  @Override
  public int compareTo(BlobKey other) {
    return sha256.compareTo(other.sha256);
  }

  @Override
  public String toString() {
    return sha256;
  }
}
