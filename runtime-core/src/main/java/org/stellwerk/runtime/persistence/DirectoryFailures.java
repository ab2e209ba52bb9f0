package org.stellwerk.runtime.persistence;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;

/**
 * Tells the failures of a directory of durable files that may pass, such as a full disk, from those
 * that somebody has to mend: no rights to it, or a file system that is mounted read-only, as a disk
 * with errors becomes. Only the failure itself says which it is: while a disk or a server of files
 * is away, whatever else is asked about the directory fails too, as if there were no rights. The
 * system's words are known in English; in another language a read-only mount counts as passing.
 */
public final class DirectoryFailures {

  private static final Set<String> DENIALS =
      Set.of("Read-only file system", "Operation not permitted");

  private DirectoryFailures() {}

  /**
   * The failure as a store's callers are told it.
   *
   * @param what names the directory for people, with its configuration key if it has one
   * @param cause what reading or writing below the directory failed with
   */
  public static IOException of(String what, Path directory, IOException cause) {
    String denied = denial(cause);
    if (denied == null) {
      return new StoreUnavailableException(what + " at " + directory + " fails: " + cause, cause);
    }
    return new StoreAccessDeniedException(
        "%s at %s cannot be used: %s; let user '%s' read and write all of it"
            .formatted(what, directory, denied, System.getProperty("user.name")),
        cause);
  }

  private static @Nullable String denial(IOException cause) {
    if (cause instanceof AccessDeniedException denied) {
      return "access to " + denied.getFile() + " is denied";
    }
    return cause instanceof FileSystemException failure
            && failure.getReason() != null
            && DENIALS.contains(failure.getReason())
        ? "nothing can be written to %s (%s)".formatted(failure.getFile(), failure.getReason())
        : null;
  }
}
