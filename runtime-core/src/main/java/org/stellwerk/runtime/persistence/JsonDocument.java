package org.stellwerk.runtime.persistence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One object of a JSON document, read strictly: a field that is missing, of the wrong kind or
 * unknown ends in an IllegalArgumentException with one line that names it by its path. Each reader
 * takes its fields and then calls {@link #end()}. Not thread-safe.
 */
final class JsonDocument {

  private static final int MAX_TEXT_LENGTH = 512 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(MAX_TEXT_LENGTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String what;
  private final String path;
  private final ObjectNode node;
  private final List<String> taken = new ArrayList<>();

  private JsonDocument(String what, String path, ObjectNode node) {
    this.what = what;
    this.path = path;
    this.node = node;
  }

  /** An empty object to be filled and written. */
  static ObjectNode newObject() {
    return MAPPER.createObjectNode();
  }

  static byte[] write(ObjectNode root) {
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A JSON tree could not be written", e);
    }
  }

  /** Reads a document whose field 'version' must be the given one. */
  static JsonDocument read(String what, int version, byte[] bytes) {
    JsonNode root;
    try {
      root = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          what + " is not valid JSON: " + e.getOriginalMessage() + position(e), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(what + " is not valid JSON: " + e.getMessage(), e);
    }
    if (!(root instanceof ObjectNode object)) {
      throw new IllegalArgumentException(what + " is not a JSON object");
    }
    JsonDocument document = new JsonDocument(what, "", object);
    int found = document.integer("version");
    if (found != version) {
      throw document.bad(
          "version", "is " + found + ", but this version of Stellwerk reads " + version + " only");
    }
    return document;
  }

  private static String position(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }

  String text(String field) {
    JsonNode value = value(field, "text");
    if (!value.isTextual()) {
      throw expected(field, "text", value);
    }
    return value.textValue();
  }

  /** Text, or null where the field is null or missing. */
  @Nullable String textOrNull(String field) {
    return isAbsent(field) ? null : text(field);
  }

  /** Text that a parser accepts; what the parser says is kept in the failure. */
  <T> T parsed(String field, Function<String, T> parser) {
    String text = text(field);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw bad(field, "is invalid: " + e.getMessage());
    }
  }

  <E extends Enum<E>> E oneOf(String field, Class<E> type) {
    String text = text(field);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    throw bad(field, "is '" + text + "'; expected one of " + List.of(type.getEnumConstants()));
  }

  int integer(String field) {
    JsonNode value = value(field, "a whole number");
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw expected(field, "a whole number", value);
    }
    return value.intValue();
  }

  long longInteger(String field) {
    JsonNode value = value(field, "a whole number");
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw expected(field, "a whole number", value);
    }
    return value.longValue();
  }

  List<Long> longIntegers(String field) {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode element : array(field)) {
      if (!element.isIntegralNumber() || !element.canConvertToLong()) {
        throw expected(field + "[" + numbers.size() + "]", "a whole number", element);
      }
      numbers.add(element.longValue());
    }
    return numbers;
  }

  boolean truth(String field) {
    JsonNode value = value(field, "true or false");
    if (!value.isBoolean()) {
      throw expected(field, "true or false", value);
    }
    return value.booleanValue();
  }

  byte[] bytes(String field) {
    JsonNode value = value(field, "base64 text");
    if (!value.isTextual()) {
      throw expected(field, "base64 text", value);
    }
    try {
      return value.binaryValue();
    } catch (IOException e) {
      throw bad(field, "is not valid base64");
    }
  }

  Map<String, String> textMap(String field) {
    JsonDocument object = object(field);
    Map<String, String> map = new TreeMap<>();
    object.node.fieldNames().forEachRemaining(name -> map.put(name, object.text(name)));
    return map;
  }

  JsonDocument object(String field) {
    JsonNode value = value(field, "an object");
    return asObject(path + field, value);
  }

  boolean isAbsent(String field) {
    taken.add(field);
    JsonNode value = node.get(field);
    return value == null || value.isNull();
  }

  List<JsonDocument> objects(String field) {
    List<JsonDocument> objects = new ArrayList<>();
    int index = 0;
    for (JsonNode element : array(field)) {
      objects.add(asObject(path + field + "[" + index + "]", element));
      index++;
    }
    return objects;
  }

  <T> List<T> parsedList(String field, Function<String, T> parser) {
    List<T> list = new ArrayList<>();
    for (JsonNode element : array(field)) {
      String elementName = field + "[" + list.size() + "]";
      if (!element.isTextual()) {
        throw expected(elementName, "text", element);
      }
      try {
        list.add(parser.apply(element.textValue()));
      } catch (IllegalArgumentException e) {
        throw bad(elementName, "is invalid: " + e.getMessage());
      }
    }
    return list;
  }

  /** Refuses fields that nobody asked for. */
  void end() {
    Iterator<String> names = node.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!taken.contains(name)) {
        throw bad(name, "is unknown; expected " + taken);
      }
    }
  }

  private JsonNode array(String field) {
    JsonNode value = value(field, "a list");
    if (!value.isArray()) {
      throw expected(field, "a list", value);
    }
    return value;
  }

  private JsonDocument asObject(String objectPath, JsonNode value) {
    if (!(value instanceof ObjectNode object)) {
      throw new IllegalArgumentException(
          what + ": field '" + objectPath + "' is " + kind(value) + "; expected an object");
    }
    return new JsonDocument(what, objectPath + ".", object);
  }

  private JsonNode value(String field, String expected) {
    taken.add(field);
    JsonNode value = node.get(field);
    if (value == null) {
      throw bad(field, "is missing; expected " + expected);
    }
    return value;
  }

  private IllegalArgumentException expected(String field, String expected, JsonNode value) {
    return bad(field, "is " + kind(value) + "; expected " + expected);
  }

  private IllegalArgumentException bad(String field, String problem) {
    return new IllegalArgumentException(what + ": field '" + path + field + "' " + problem);
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "text";
      case NUMBER -> "the number " + value.asText();
      case BOOLEAN -> "a truth value";
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case NULL, MISSING -> "null";
      case BINARY -> "bytes";
    };
  }
}
