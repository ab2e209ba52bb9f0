package org.stellwerk.runtime.highavailability.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.highavailability.StoreUnavailableException;

class StateFilesTest {

  private static final byte[] LARGE = new byte[StateFiles.MAX_INLINE_BYTES + 1];

  private static final UUID SESSION = new UUID(1, 2);

  @TempDir Path temp;

  @Test
  void largeStateIsInAFileThatTheDataNames() throws IOException {
    StateFiles files = new StateFiles(Optional.of(temp.resolve("jobs")));
    byte[] data = files.store("a-job", SESSION, LARGE);
    assertThat(data.length).isLessThan(1000);
    assertThat(files.load(data)).isEqualTo(LARGE);
    files.delete(StateFiles.fileOf(data).orElseThrow());
    assertThatThrownBy(() -> files.load(data)).hasMessageContaining("is missing");
  }

  /** As when a disk that fails takes neither the end of a file nor its removal. */
  @Test
  void whatIsLeftOfAWriteStopsNoRepetitionAndGoesWithTheFile() throws IOException {
    StateFiles files = new StateFiles(Optional.of(temp));
    byte[] data = files.store("a-job", SESSION, LARGE);
    Path file = temp.resolve(StateFiles.fileOf(data).orElseThrow());
    Files.delete(file);
    Files.writeString(temp.resolve(file.getFileName() + ".tmp"), "left by an earlier version");
    Files.writeString(temp.resolve(file.getFileName() + "-1.tmp"), "half of it");
    assertThat(files.store("a-job", SESSION, LARGE)).isEqualTo(data);
    assertThat(files.load(data)).isEqualTo(LARGE);
    files.delete(StateFiles.fileOf(data).orElseThrow());
    assertThat(temp).isDirectoryNotContaining("glob:**-1.tmp");
  }

  @Test
  void aDirectoryThatTakesNothingNowMayTakeItLater() throws IOException {
    Path blocked = Files.writeString(temp.resolve("jobs"), "a file where a directory should be");
    StateFiles files = new StateFiles(Optional.of(blocked));
    assertThatThrownBy(() -> files.store("a-job", SESSION, LARGE))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageStartingWith("'high-availability.storageDir' at " + blocked + " fails: ");
    Files.delete(blocked);
    assertThat(files.load(files.store("a-job", SESSION, LARGE))).isEqualTo(LARGE);
  }
}
