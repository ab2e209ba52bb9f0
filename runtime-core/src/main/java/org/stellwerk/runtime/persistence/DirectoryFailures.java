package org.stellwerk.runtime.persistence;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;

/**
 * Tells the failures of a directory of durable files that may pass, such as a full disk, from those
 * that somebody has to mend: no rights to it, or a file system that is mounted read-only.
 */
public final class DirectoryFailures {

  private DirectoryFailures() {}

  /**
   * The failure as a store's callers are told it.
   *
   * @param what names the directory for people, with its configuration key if it has one
   * @param cause what reading or writing below the directory failed with
   */
  public static IOException of(String what, Path directory, IOException cause) {
    String denied = denial(directory, cause);
    if (denied == null) {
      return new StoreUnavailableException(what + " at " + directory + " fails: " + cause, cause);
    }
    return new StoreAccessDeniedException(
        "%s at %s cannot be used: %s; let user '%s' read and write all of it"
            .formatted(what, directory, denied, System.getProperty("user.name")),
        cause);
  }

  private static @Nullable String denial(Path directory, IOException cause) {
    if (cause instanceof AccessDeniedException denied) {
      return "access to " + denied.getFile() + " is denied";
    }
    Path there = directory;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there == null || Files.isWritable(there)
        ? null
        : "nothing can be written to " + there + " (its rights, or a read-only mount)";
  }
}
