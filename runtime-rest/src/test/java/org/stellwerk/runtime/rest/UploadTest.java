package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UploadTest {

  private static final String HEAD =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";

  @TempDir Path temp;

  private static RestRequest request(InputStream body) {
    return new RestRequest(Map.of(), Map.of(), "multipart/form-data; boundary=b", body);
  }

  private static InputStream text(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void itsFilesAreThereUntilItIsClosed() throws IOException {
    String content = "0123456789".repeat(10_000);
    Upload upload = Upload.receive(request(text(HEAD + content + "\r\n--b--\r\n")), temp);
    assertThat(upload.file("a")).hasContent(content);
    upload.close();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void nothingIsLeftOfOneWithTwoFilesOfOneName() {
    String twice = HEAD + "first\r\n--b\r\n" + HEAD.substring(5) + "second\r\n--b--\r\n";
    assertThatThrownBy(() -> Upload.receive(request(text(twice)), temp))
        .isInstanceOf(RestException.class)
        .hasMessage("Two uploaded files have the name 'a'");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aDiskThatDoesNotTakeItIsNoFaultOfTheClient() throws IOException {
    Path full = Files.writeString(temp.resolve("full"), "a file where a directory should be");
    assertThatThrownBy(() -> Upload.receive(request(text(HEAD + "x\r\n--b--\r\n")), full))
        .isInstanceOfSatisfying(
            RestException.class, e -> assertThat(e.status()).isEqualTo(RestException.UNAVAILABLE))
        .hasMessageStartingWith("The upload cannot be kept in " + full)
        .hasMessageContaining("(io.tmp.dirs), try again: ");
  }

  @Test
  void nothingIsLeftOfOneWhoseClientIsGone() throws IOException {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return read();
          }
        };
    assertThatThrownBy(
            () -> Upload.receive(request(new SequenceInputStream(text(HEAD + "x"), broken)), temp))
        .isInstanceOf(IOException.class)
        .hasMessage("connection reset");
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }
}
