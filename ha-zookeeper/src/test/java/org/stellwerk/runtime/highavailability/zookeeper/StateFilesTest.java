package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;
import org.stellwerk.util.IdGenerator;

class StateFilesTest {

  private static final byte[] LARGE = new byte[StateFiles.MAX_INLINE_BYTES + 1];

  @TempDir Path temp;

  @Test
  void largeStateIsInAFileThatTheDataNames() throws IOException {
    StateFiles files = new StateFiles(Optional.of(temp.resolve("jobs")), IdGenerator.secure());
    byte[] data = files.store("a-job", LARGE);
    assertThat(data.length).isLessThan(1000);
    assertThat(files.load(data)).isEqualTo(LARGE);
    files.discard(data);
    assertThatThrownBy(() -> files.load(data)).hasMessageContaining("is missing");
  }

  @Test
  void aDirectoryThatTakesNothingNowMayTakeItLater() throws IOException {
    Path blocked = Files.writeString(temp.resolve("jobs"), "a file where a directory should be");
    StateFiles files = new StateFiles(Optional.of(blocked), IdGenerator.secure());
    assertThatThrownBy(() -> files.store("a-job", LARGE))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageStartingWith("'high-availability.storageDir' at " + blocked + " fails: ");
    Files.delete(blocked);
    assertThat(files.load(files.store("a-job", LARGE))).isEqualTo(LARGE);
  }
}
