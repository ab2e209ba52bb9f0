package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request to run a jar says, in its body or else its query, under Flink's names. What this
 * cluster cannot do, such as starting from a savepoint, is refused and not passed over.
 */
final class JarRunRequest {

  private static final int MAX_BODY_BYTES = 1 << 20;
  private static final Set<String> FIELDS =
      Set.of("entryClass", "programArgs", "programArgsList", "parallelism");

  /** Of no effect where there are no savepoints. */
  private static final Set<String> IGNORED =
      Set.of("allowNonRestoredState", "restoreMode", "claimMode");

  private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final RestRequest request;
  private final JsonNode body;

  private JarRunRequest(RestRequest request, JsonNode body) {
    this.request = request;
    this.body = body;
  }

  /** The program that is asked for; 400 in one line if the request is not understood. */
  static JarRunner.Program read(RestRequest request, Path jar) throws IOException {
    JarRunRequest asked = new JarRunRequest(request, readBody(request));
    return new JarRunner.Program(
        jar,
        asked.text("entryClass", "entry-class"),
        asked.arguments(),
        asked.text("parallelism", "parallelism").map(JarRunRequest::parallelism));
  }

  private static JsonNode readBody(RestRequest request) throws IOException {
    byte[] bytes = request.body().readNBytes(MAX_BODY_BYTES + 1);
    if (bytes.length > MAX_BODY_BYTES) {
      throw LimitedInputStream.tooLarge(MAX_BODY_BYTES);
    }
    if (bytes.length == 0) {
      return Json.object();
    }
    JsonNode body;
    try {
      body = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw RestException.badRequest("The body is not JSON: " + e.getOriginalMessage());
    }
    if (!body.isObject()) {
      throw RestException.badRequest("The body is not a JSON object");
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name) && !IGNORED.contains(name) && !body.path(name).isNull()) {
        throw RestException.badRequest("The field '" + name + "' of the body is not supported");
      }
    }
    return body;
  }

  private Optional<String> text(String field, String parameter) {
    JsonNode value = body.path(field);
    if (value.isContainerNode()) {
      throw RestException.badRequest("The field '" + field + "' of the body is not a plain value");
    }
    Optional<String> given =
        value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    return given.or(() -> request.query(parameter, text -> text)).filter(text -> !text.isBlank());
  }

  private List<String> arguments() {
    Optional<List<String>> list =
        listOfBody().or(() -> request.query("programArg", text -> List.of(text.split(",", -1))));
    Optional<String> line = text("programArgs", "program-args");
    if (list.isPresent() && line.isPresent()) {
      throw RestException.badRequest(
          "The arguments are given both as a list and as one text; expected one of them");
    }
    return list.or(() -> line.map(JarRunRequest::split)).orElse(List.of());
  }

  private Optional<List<String>> listOfBody() {
    JsonNode list = body.path("programArgsList");
    if (list.isMissingNode() || list.isNull()) {
      return Optional.empty();
    }
    if (!list.isArray()) {
      throw RestException.badRequest("The field 'programArgsList' of the body is not a list");
    }
    List<String> arguments = new ArrayList<>();
    list.forEach(argument -> arguments.add(argument.asText()));
    return Optional.of(arguments);
  }

  /** Words, or what stands between quotes. */
  private static List<String> split(String line) {
    List<String> arguments = new ArrayList<>();
    Matcher matcher = ARGUMENT.matcher(line);
    while (matcher.find()) {
      String quoted = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
      arguments.add(quoted != null ? quoted : matcher.group());
    }
    return arguments;
  }

  private static int parallelism(String text) {
    int parallelism;
    try {
      parallelism = Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      parallelism = 0;
    }
    if (parallelism < 1) {
      throw RestException.badRequest("'" + text + "' is not a parallelism; expected 1 or more");
    }
    return parallelism;
  }
}
