package org.stellwerk.runtime.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
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
  void whatElseFailsMayPass() {
    IOException full = new FileSystemException("/var/x", null, "No space left on device");
    for (Path place : new Path[] {directory, directory.resolve("not/yet")}) {
      assertThat(DirectoryFailures.of("'the.key'", place, full))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessage("'the.key' at %s fails: %s", place, full);
    }
  }
}
