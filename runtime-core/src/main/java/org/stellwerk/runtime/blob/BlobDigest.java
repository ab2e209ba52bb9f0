package org.stellwerk.runtime.blob;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.stellwerk.runtime.id.BlobKey;

/** Computes the keys of contents: SHA-256. */
public final class BlobDigest {

  private BlobDigest() {}

  /** Copies everything and returns the key of what went through. */
  static BlobKey copy(InputStream in, OutputStream out) throws IOException {
    MessageDigest digest = sha256();
    new DigestInputStream(in, digest).transferTo(out);
    return new BlobKey(HexFormat.of().formatHex(digest.digest()));
  }

  /** The key of a file's content. */
  public static BlobKey of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return copy(in, OutputStream.nullOutputStream());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
