package org.stellwerk.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskManagerDirectoryTest {

  @TempDir Path base;

  private Path leftBehind(String name) throws IOException {
    Path directory = Files.createDirectories(base.resolve(name).resolve("results"));
    Files.writeString(directory.resolve("result-1"), "left");
    return directory.getParent();
  }

  @Test
  void whatProcessesThatAreGoneHaveLeftIsRemoved() throws Exception {
    Path gone = leftBehind("stellwerk-gone");
    Files.createFile(gone.resolve("lock"));
    Path notOurs = leftBehind("stellwerk-data");
    Path other = leftBehind("other");
    TaskManagerDirectory own = TaskManagerDirectory.open(base, "tm:1");
    assertThat(own.path()).isEqualTo(base.resolve("stellwerk-tm_1")).isDirectory();
    assertThat(gone).doesNotExist();
    assertThat(notOurs.resolve("results")).isNotEmptyDirectory();
    assertThat(other.resolve("results")).isNotEmptyDirectory();
    own.closeAsync().join();
  }

  @Test
  void theDirectoryOfOneThatLivesIsLeftAlone() throws Exception {
    TaskManagerDirectory first = TaskManagerDirectory.open(base, "first");
    Files.writeString(first.path().resolve("x.jar"), "in use");
    TaskManagerDirectory second = TaskManagerDirectory.open(base, "second");
    assertThat(first.path().resolve("x.jar")).exists();
    assertThatThrownBy(() -> TaskManagerDirectory.open(base, "first"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Another process uses");
    first.closeAsync().join();
    assertThat(first.path()).doesNotExist();
    second.closeAsync().join();
    assertThat(base).isEmptyDirectory();
  }
}
