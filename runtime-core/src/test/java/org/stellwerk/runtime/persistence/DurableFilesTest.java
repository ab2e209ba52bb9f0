package org.stellwerk.runtime.persistence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {

  @TempDir Path directory;
  private Path target;

  @BeforeEach
  void write() throws IOException {
    target = Files.writeString(directory.resolve("7.json"), "before");
  }

  private static void writeAfter(OutputStream out) throws IOException {
    out.write("after".getBytes(UTF_8));
  }

  /** As of a process that was killed while it wrote. */
  @Test
  void whatAnEarlierWriteHasLeftStopsNoOther() throws IOException {
    Path temporary = Files.writeString(directory.resolve("7.json.tmp"), "half of some longer text");
    DurableFiles.write(target, temporary, DurableFilesTest::writeAfter);
    assertThat(target).hasContent("after");
    assertThat(temporary).doesNotExist();
  }

  @Test
  void aWriteThatFailsLeavesWhatWasThere() {
    IOException broken = new IOException("broken");
    assertThatThrownBy(
            () ->
                DurableFiles.write(
                    target,
                    directory.resolve("7.json.tmp"),
                    out -> {
                      writeAfter(out);
                      throw broken;
                    }))
        .isSameAs(broken);
    assertThat(target).hasContent("before");
    assertThat(directory)
        .isDirectoryContaining(target::equals)
        .isDirectoryNotContaining("glob:**tmp");
  }

  /** What fails first is told, not that the temporary file could not be removed either. */
  @Test
  void theFirstFailureIsTold() throws IOException {
    Path temporary = directory.resolve("7.json.tmp");
    IOException broken = new IOException("broken");
    assertThatThrownBy(
            () ->
                DurableFiles.write(
                    target,
                    temporary,
                    out -> {
                      Files.delete(temporary);
                      Files.createFile(Files.createDirectory(temporary).resolve("in it"));
                      throw broken;
                    }))
        .isSameAs(broken);
    assertThat(broken).hasSuppressedException(new DirectoryNotEmptyException(temporary.toString()));
  }

  @Test
  void twoWriteAtTheSameTime() throws IOException {
    DurableFiles.writeAmongOthers(
        target,
        out -> {
          DurableFiles.writeAmongOthers(target, inner -> inner.write("inner".getBytes(UTF_8)));
          assertThat(target).hasContent("inner");
          writeAfter(out);
        });
    assertThat(target).hasContent("after");
    assertThat(directory).isDirectoryNotContaining("glob:**tmp");
  }

  @Test
  void whatWritesOfAFileHaveLeftIsRemovedAndNoOthers() throws IOException {
    Path left = Files.createFile(directory.resolve("7.json-1.tmp"));
    Path other = Files.createFile(directory.resolve("17.json-1.tmp"));
    DurableFiles.deleteTemporary(target);
    assertThat(left).doesNotExist();
    assertThat(target).exists();
    assertThat(other).exists();
    DurableFiles.deleteTemporary(directory.resolve("none").resolve("7.json"));
  }
}
