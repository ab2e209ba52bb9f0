package org.stellwerk.simulation.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stellwerk.rpc.simulation.SimLinkChange;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;

/**
 * A recorded run as the page's script reads it (model.js). Messages are rows of numbers that point
 * into a table of texts; all else are small objects: s is the sequence, t the time, k the kind, n
 * the process, i its incarnation, e what happened, d the words for it.
 */
final class PageJson {

  private static final String FAILURE = "✗";

  private final RecordedRun run;
  private final StringWriter written = new StringWriter();
  private final JsonGenerator json;
  private final Map<String, Integer> texts = new LinkedHashMap<>();
  private final Map<String, Integer> processes = new LinkedHashMap<>();
  private final Map<String, Integer> jobs = new LinkedHashMap<>();

  private PageJson(RecordedRun run) throws IOException {
    this.run = run;
    this.json = new JsonFactory().createGenerator(written);
    run.processes().forEach(name -> processes.put(name, processes.size()));
    run.jobs().forEach(job -> jobs.put(job.id(), jobs.size()));
  }

  /** The run as JSON that can stand in a script element: without angle brackets and ampersands. */
  static String of(RecordedRun run) {
    try {
      PageJson page = new PageJson(run);
      page.write();
      return page.written
          .toString()
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("title", run.title());
    json.writeStringField("seed", Long.toString(run.seed()));
    json.writeNumberField("end", run.endNanos());
    json.writeNumberField("dropped", run.dropped());
    writeTexts("nodes", run.processes());
    json.writeArrayFieldStart("jobs");
    for (RecordedRun.Job job : run.jobs()) {
      json.writeStartObject();
      json.writeStringField("id", job.id());
      json.writeStringField("name", job.name());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("messages");
    for (RunEvent event : run.events()) {
      if (event instanceof RunEvent.Message message) {
        write(message);
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("marks");
    for (RunEvent event : run.events()) {
      if (!(event instanceof RunEvent.Message)) {
        writeMark(event);
      }
    }
    json.writeEndArray();
    writeTexts("text", List.copyOf(texts.keySet()));
    json.writeEndObject();
    json.close();
  }

  private void writeTexts(String field, List<String> values) throws IOException {
    json.writeArrayFieldStart(field);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private void write(RunEvent.Message message) throws IOException {
    RunEvent.Content content = message.content();
    RunEvent.Ending ending = message.ending();
    json.writeStartArray();
    json.writeNumber(message.sequence());
    json.writeNumber(message.nanos());
    json.writeNumber(ending.sequence());
    json.writeNumber(ending.nanos());
    writeLife(message.from());
    writeLife(message.to());
    json.writeNumber(text(content.label()));
    json.writeNumber(text(kindOf(content)));
    json.writeNumber(text(ending.fate().name()));
    json.writeNumber(text(ending.why()));
    json.writeNumber(text(content.text()));
    json.writeNumber(text(content.endpoint()));
    json.writeStartArray();
    for (String job : content.jobs()) {
      writeJob(job);
    }
    json.writeEndArray();
    json.writeNumber(content.call());
    json.writeEndArray();
  }

  private static String kindOf(RunEvent.Content content) {
    boolean failed = content.kind() == MessageKind.REPLY && content.text().startsWith(FAILURE);
    return failed ? "FAILURE" : content.kind().name();
  }

  private void writeLife(RunEvent.Life process) throws IOException {
    json.writeNumber(index(process));
    json.writeNumber(process.incarnation());
  }

  private int index(RunEvent.Life process) {
    return processes.getOrDefault(process.name(), -1);
  }

  private void writeJob(String id) throws IOException {
    Integer index = jobs.get(id);
    if (index != null) {
      json.writeNumber(index);
    }
  }

  private int text(String value) {
    return texts.computeIfAbsent(value, ignored -> texts.size());
  }

  private void writeMark(RunEvent event) throws IOException {
    json.writeStartObject();
    json.writeNumberField("s", event.sequence());
    json.writeNumberField("t", event.nanos());
    if (event instanceof RunEvent.Lifecycle lifecycle) {
      writeAt("node", lifecycle.process(), lifecycle.event().name(), lifecycle.detail());
    } else if (event instanceof RunEvent.Leadership leadership) {
      String words = leadership.session().substring(0, RunNames.SHORT_ID);
      writeAt("lead", leadership.process(), leadership.step().name(), words);
      json.writeStringField("id", leadership.session());
    } else if (event instanceof RunEvent.Coordination coordination) {
      writeAt("coordination", coordination.process(), "", coordination.what());
    } else if (event instanceof RunEvent.Transition transition) {
      write(transition);
    } else if (event instanceof RunEvent.Links links) {
      write(links.change());
    } else if (event instanceof RunEvent.Note note) {
      json.writeStringField("k", "note");
      json.writeStringField("d", note.text());
    } else if (event instanceof RunEvent.Violation violation) {
      json.writeStringField("k", "violation");
      json.writeStringField("d", violation.kind() + ": " + violation.text());
    }
    json.writeEndObject();
  }

  private void writeAt(String kind, RunEvent.Life process, String what, String words)
      throws IOException {
    json.writeStringField("k", kind);
    json.writeNumberField("n", index(process));
    json.writeNumberField("i", process.incarnation());
    json.writeStringField("e", what);
    json.writeStringField("d", words);
  }

  private void write(RunEvent.Transition transition) throws IOException {
    RunEvent.Subject subject = transition.subject();
    writeAt("state", transition.process(), transition.to(), subject.name());
    json.writeStringField("m", subject.machine());
    json.writeStringField("id", subject.id());
    json.writeStringField("f", transition.from());
    Integer job = jobs.get(subject.job());
    if (job != null) {
      json.writeNumberField("j", job);
    }
  }

  private void write(SimLinkChange change) throws IOException {
    json.writeStringField("k", "link");
    json.writeStringField("w", change.ways());
    json.writeStringField("d", change.what());
    json.writeBooleanField("healthy", change.healthy());
    if (change.lasts() != null) {
      json.writeNumberField("lasts", change.lasts().toNanos());
    }
    writeProcesses("from", change.from());
    writeProcesses("to", change.to());
  }

  private void writeProcesses(String field, List<String> names) throws IOException {
    json.writeArrayFieldStart(field);
    for (String name : names) {
      json.writeNumber(processes.getOrDefault(name, -1));
    }
    json.writeEndArray();
  }
}
