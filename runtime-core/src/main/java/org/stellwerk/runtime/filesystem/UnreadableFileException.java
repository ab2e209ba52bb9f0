package org.stellwerk.runtime.filesystem;

import java.io.IOException;
import java.nio.file.Path;

/** A file of a store has something else in it than the store wrote; repeating does not mend it. */
final class UnreadableFileException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Says what deleting the file would do, after "to". */
  UnreadableFileException(String what, Path file, String deleting, Exception cause) {
    super(
        what
            + " in "
            + file
            + " cannot be read: "
            + cause.getMessage()
            + ". Repair the file, or delete it to "
            + deleting
            + "; then start the JobManager again",
        cause);
  }
}
