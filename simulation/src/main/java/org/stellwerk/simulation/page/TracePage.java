package org.stellwerk.simulation.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One HTML file that draws a run as a sequence diagram over virtual time. It needs nothing beside
 * it: style, script and the run are inside; all drawing happens in the browser. At most about 30
 * MiB, as {@link RunRecorder} is bounded; a run of 20,000 events has about 3 MiB.
 */
public final class TracePage {

  private static final Pattern PLACE = Pattern.compile("@([A-Z_]+)@");
  private static final List<String> SCRIPTS =
      List.of(
          "model.js",
          "layout.js",
          "draw.js",
          "state.js",
          "panels.js",
          "minimap.js",
          "picture.js",
          "main.js");

  private TracePage() {}

  /** Writes the page; directories that are missing are made. */
  public static void write(Path file, RecordedRun run) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.writeString(file, html(run));
  }

  /** The page. */
  static String html(RecordedRun run) throws IOException {
    List<String> scripts = new ArrayList<>();
    for (String script : SCRIPTS) {
      scripts.add(resource(script));
    }
    String pictureStyle = resource("picture.css");
    Map<String, String> values = new LinkedHashMap<>();
    values.put("TITLE", escape(run.title()));
    values.put("STYLE", pictureStyle + resource("page.css"));
    values.put("PICTURE_STYLE", escape(pictureStyle));
    values.put("RUN", PageJson.of(run));
    values.put("SCRIPT", String.join("\n", scripts));
    return PLACE
        .matcher(resource("page.html"))
        .replaceAll(place -> Matcher.quoteReplacement(values.get(place.group(1))));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = TracePage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("The resource " + name + " is missing beside " + TracePage.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
