package org.stellwerk.client.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.VertexParallelism;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobResourceRequirements;
import org.stellwerk.util.NearestName;

/**
 * {@code stellwerk rescale JOB-ID VERTEX=N…}: other bounds for the parallelism of an adaptive job's
 * vertices, each named by its name or its id; those that are not named keep theirs. Returns when
 * the bounds are stored: when there are slots for them is the cluster's affair.
 */
final class RescaleCommand {

  private static final Pattern ASSIGNMENT = Pattern.compile("(.+)=(?:([0-9]+)-)?([0-9]+)");

  private final CommandLine line;
  private final ClusterClient client;
  private final Console console;

  RescaleCommand(CommandLine line, ClusterClient client, Console console) {
    this.line = line;
    this.client = client;
    this.console = console;
  }

  /** What was typed: the lower bound is empty if it stays, as far as the upper one lets it. */
  private record Wish(String vertex, String lower, String upper) {}

  int run() {
    if (line.operands().size() < 2) {
      throw new CliException(
          "'rescale' needs a job id and at least one VERTEX=N; see stellwerk rescale --help");
    }
    JobID jobId = JobOperand.parse(line.operands().get(0));
    List<Wish> wishes = line.operands().stream().skip(1).map(RescaleCommand::wish).toList();
    try {
      List<VertexParallelism> changed = apply(jobId, wishes, client.requestParallelism(jobId));
      client.updateParallelism(jobId, changed);
      console.out().println("Job " + jobId + " has new bounds of its parallelism:");
      changed.forEach(this::show);
      return CliFrontend.OK;
    } catch (ClusterException e) {
      throw JobOperand.explain(jobId, client, e);
    }
  }

  private static Wish wish(String text) {
    Matcher matcher = ASSIGNMENT.matcher(text);
    if (!matcher.matches()) {
      throw new CliException(
          "'" + text + "' is not of the form VERTEX=N or VERTEX=MIN-MAX, such as source=4");
    }
    String lower = matcher.group(2);
    return new Wish(matcher.group(1), lower == null ? "" : lower, matcher.group(3));
  }

  private static List<VertexParallelism> apply(
      JobID jobId, List<Wish> wishes, List<VertexParallelism> vertices) {
    Map<JobVertexID, VertexParallelism> changed = new LinkedHashMap<>();
    for (Wish wish : wishes) {
      VertexParallelism vertex = find(jobId, wish.vertex, vertices);
      if (changed.put(vertex.id(), bounded(wish, vertex)) != null) {
        throw new CliException("Vertex '" + vertex.name() + "' is named twice");
      }
    }
    return vertices.stream().map(each -> changed.getOrDefault(each.id(), each)).toList();
  }

  private static VertexParallelism find(
      JobID jobId, String named, List<VertexParallelism> vertices) {
    List<VertexParallelism> found =
        vertices.stream()
            .filter(each -> each.name().equals(named) || each.id().toString().equals(named))
            .toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    List<String> names = new ArrayList<>();
    vertices.forEach(each -> names.add(each.name()));
    throw new CliException(
        found.isEmpty()
            ? "Job "
                + jobId
                + " has no vertex '"
                + named
                + "'"
                + NearestName.hint(named, names)
                + " Its vertices are "
                + String.join(", ", names)
                + "."
            : found.size()
                + " vertices have the name '"
                + named
                + "'; name one by its id: "
                + String.join(", ", found.stream().map(each -> each.id().toString()).toList()));
  }

  private static VertexParallelism bounded(Wish wish, VertexParallelism vertex) {
    int upper = number(wish.upper, vertex);
    int lower =
        wish.lower.isEmpty() ? Math.min(vertex.lowerBound(), upper) : number(wish.lower, vertex);
    if (lower > upper) {
      throw new CliException(
          "The least parallelism of vertex '"
              + vertex.name()
              + "', "
              + lower
              + ", is above the most, "
              + upper);
    }
    return vertex.withBounds(lower, upper);
  }

  private static int number(String digits, VertexParallelism vertex) {
    int most = JobResourceRequirements.MAX_PARALLELISM;
    boolean fits = digits.length() < 9 && Integer.parseInt(digits) <= most;
    if (!fits || Integer.parseInt(digits) < 1) {
      throw new CliException(
          "The parallelism of vertex '"
              + vertex.name()
              + "' must be from 1 to "
              + most
              + ", not "
              + digits);
    }
    return Integer.parseInt(digits);
  }

  private void show(VertexParallelism vertex) {
    console
        .out()
        .println("  " + vertex.name() + " : " + vertex.lowerBound() + " to " + vertex.upperBound());
  }
}
