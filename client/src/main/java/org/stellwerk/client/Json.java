package org.stellwerk.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as read from the cluster: objects, lists and scalars that forgive what is missing,
 * as other servers of the same API leave out or add fields. Reads tokens instead of binding classes
 * because the command line is started anew each time: this takes 30 ms where binding takes 150 ms.
 * Immutable.
 */
final class Json {

  private static final JsonFactory FACTORY = new JsonFactory();

  private final @Nullable Object value;

  private Json(@Nullable Object value) {
    this.value = value;
  }

  /**
   * Reads one document.
   *
   * @throws IOException if the text is not JSON
   */
  static Json parse(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        return new Json(null);
      }
      return new Json(read(parser));
    }
  }

  private static @Nullable Object read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> readList(parser);
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  private static Map<String, Json> readObject(JsonParser parser) throws IOException {
    Map<String, Json> fields = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      fields.put(name, new Json(read(parser)));
    }
    return fields;
  }

  private static List<Json> readList(JsonParser parser) throws IOException {
    List<Json> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(new Json(read(parser)));
    }
    return items;
  }

  /** A field of this object; a missing value if there is none. */
  Json get(String field) {
    return fields().getOrDefault(field, new Json(null));
  }

  /** The fields of this object; none if it is not one. */
  @SuppressWarnings("unchecked")
  Map<String, Json> fields() {
    return value instanceof Map ? (Map<String, Json>) value : Collections.emptyMap();
  }

  /** The items of this list; none if it is not one. */
  @SuppressWarnings("unchecked")
  List<Json> items() {
    return value instanceof List ? (List<Json>) value : Collections.emptyList();
  }

  /** The text of this scalar, if it is one. */
  Optional<String> text() {
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** The text of a field, or "" if it is missing. */
  String text(String field) {
    return get(field).text().orElse("");
  }

  /** The number in a field, or the default if it is missing or not a whole number. */
  long number(String field, long whenMissing) {
    return get(field).number(whenMissing);
  }

  /** This whole number, or the default. */
  long number(long whenMissing) {
    try {
      return text().map(Long::parseLong).orElse(whenMissing);
    } catch (NumberFormatException e) {
      return whenMissing;
    }
  }
}
