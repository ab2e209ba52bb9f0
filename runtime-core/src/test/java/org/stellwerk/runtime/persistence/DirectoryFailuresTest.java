package org.stellwerk.runtime.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.highavailability.StoreAccessDeniedException;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;

class DirectoryFailuresTest {

  @TempDir Path directory;

  @Test
  void deniedAccessDoesNotPass() {
    AccessDeniedException denied = new AccessDeniedException("/var/x/jobs/7.json.tmp");
    assertThat(DirectoryFailures.of("'the.key'", directory, denied))
        .isInstanceOf(StoreAccessDeniedException.class)
        .hasCause(denied)
        .hasMessage(
            "'the.key' at %s cannot be used: access to /var/x/jobs/7.json.tmp is denied; let user"
                + " '%s' read and write all of it",
            directory, System.getProperty("user.name"));
  }

  @Test
  void aReadOnlyFileSystemDoesNotPass() {
    String reason = "Read-only file system";
    FileSystemException readOnly = new FileSystemException("/var/x/jobs", null, reason);
    assertThat(DirectoryFailures.of("'the.key'", directory, readOnly))
        .isInstanceOf(StoreAccessDeniedException.class)
        .hasMessageContaining(
            "cannot be used: nothing can be written to /var/x/jobs (%s); let user", reason);
  }

  @Test
  void whatElseFailsMayPass() {
    for (String reason : List.of("No space left on device", "Stale file handle")) {
      IOException failure = new FileSystemException("/var/x", null, reason);
      assertThat(DirectoryFailures.of("'the.key'", directory, failure))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessage("'the.key' at %s fails: %s", directory, failure);
    }
  }

  /** As when the directory's disk or server is away: nobody may write to what is above it. */
  @Test
  void whatIsAboveADirectoryThatIsAwayDoesNotCount() {
    IOException failure = new FileSystemException("/proc/x/y", null, "Input/output error");
    assertThat(DirectoryFailures.of("'the.key'", Path.of("/proc/1/away/ha"), failure))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(DirectoryFailures.of("'the.key'", directory, new IOException("no reason")))
        .isInstanceOf(StoreUnavailableException.class);
  }
}
