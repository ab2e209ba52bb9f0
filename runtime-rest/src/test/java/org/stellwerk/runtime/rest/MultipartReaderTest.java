package org.stellwerk.runtime.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartReaderTest {

  /** Gives at most some bytes at a time, as a network does. */
  private static InputStream trickle(byte[] bytes, int atOnce) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return super.read(buffer, offset, Math.min(length, atOnce));
      }
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1000, 1 << 16})
  void partsComeBackAsTheyWere(int atOnce) throws IOException {
    Random random = new Random(atOnce);
    List<byte[]> contents = new ArrayList<>();
    MultipartForm form = new MultipartForm();
    for (int size : List.of(0, 1, 5, 100, 16_384, 40_000)) {
      byte[] content = new byte[size];
      random.nextBytes(content);
      contents.add(content);
      form.file("file", "f" + size, content);
    }
    byte[] nearly = "\r\n------testing-7f3\r\n--\r\r\n-".getBytes(StandardCharsets.UTF_8);
    contents.add(nearly);
    form.file("file", "nearly", nearly);
    byte[] alike = new byte[20_000];
    for (int i = 0; i < alike.length; i++) {
      alike[i] = nearly[random.nextInt(nearly.length)];
    }
    contents.add(alike);
    form.file("file", "alike", alike);
    MultipartReader reader = new MultipartReader(trickle(form.bytes(), atOnce), form.contentType());
    for (byte[] content : contents) {
      MultipartReader.Part part = reader.next().orElseThrow();
      assertThat(part.name()).isEqualTo("file");
      assertThat(part.content().readAllBytes()).isEqualTo(content);
    }
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void whatIsNotReadIsSkipped() throws IOException {
    MultipartForm form = new MultipartForm().file("a", "a", new byte[30_000]).field("b", "text");
    MultipartReader reader = new MultipartReader(trickle(form.bytes(), 100), form.contentType());
    assertThat(reader.next().orElseThrow().content().read()).isZero();
    MultipartReader.Part second = reader.next().orElseThrow();
    assertThat(second.fileName()).isNull();
    assertThat(second.content().readAllBytes()).asString().isEqualTo("text");
    assertThat(reader.next()).isEmpty();
  }

  private static Optional<MultipartReader.Part> first(String contentType, String body)
      throws IOException {
    return new MultipartReader(
            new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), contentType)
        .next();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=\"x\"",
        "Multipart/Form-Data;charset=utf-8; boundary=x; a=b"
      })
  void boundariesInEveryForm(String contentType) throws IOException {
    String body =
        "--x\r\ncontent-disposition: form-data; filename=up.txt; name=n\r\n\r\nv\r\n--x--";
    MultipartReader.Part part = first(contentType, body).orElseThrow();
    assertThat(part.name()).isEqualTo("n");
    assertThat(part.fileName()).isEqualTo("up.txt");
    assertThat(part.content().readAllBytes()).asString().isEqualTo("v");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "dir/..", "", "/"})
  void whatIsNotAFileNameIsRefused(String name) {
    String body =
        "--x\r\nContent-Disposition: form-data; name=\"n\"; filename=\""
            + name
            + "\"\r\n\r\nv\r\n--x--";
    assertThatThrownBy(() -> first("multipart/form-data; boundary=x", body))
        .isInstanceOf(RestException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no boundary at all",
        "--x",
        "--x\r\nContent-Disposition: form-data; name=n\r\n",
        "--x\r\nX: y\r\n\r\nno name\r\n--x--",
        "--xyz\r\nContent-Disposition: form-data; name=n\r\n\r\nv\r\n--x--"
      })
  void brokenBodiesAreRefused(String body) {
    assertThatThrownBy(() -> first("multipart/form-data; boundary=x", body))
        .isInstanceOf(RestException.class)
        .hasMessageContaining("multipart body");
  }

  @Test
  void otherContentTypesAreRefused() {
    assertThatThrownBy(() -> first("application/json", ""))
        .hasMessageContaining("application/json");
    assertThatThrownBy(() -> first("multipart/form-data", "")).isInstanceOf(RestException.class);
  }
}
