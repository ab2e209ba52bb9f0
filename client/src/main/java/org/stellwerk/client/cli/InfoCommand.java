package org.stellwerk.client.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.client.ExecutionContext;
import org.stellwerk.client.ProgramException;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.SlotSharing;

/**
 * {@code stellwerk info}: runs the program up to its first submission and shows what it would have
 * submitted. No cluster is needed.
 */
final class InfoCommand {

  private final CommandLine line;
  private final Console console;

  InfoCommand(CommandLine line, Console console) {
    this.line = line;
    this.console = console;
  }

  /** Ends the program where it would submit; not an Exception, so that it is not handled there. */
  private static final class GraphTaken extends Error {
    private final transient JobGraph graph;

    GraphTaken(JobGraph graph) {
      super("The job is shown, not submitted", null, false, false);
      this.graph = graph;
    }
  }

  int run() throws IOException {
    int parallelism = line.parallelism();
    try (UserProgram program = UserProgram.open(Path.of(line.jar()), line.value(Option.CLASS))) {
      ExecutionContext context =
          job -> {
            JobID id = new JobID(UUID.randomUUID());
            throw new GraphTaken(job.toJobGraph(id, parallelism, line.defined()));
          };
      try {
        ExecutionContext.<Throwable>runIn(context, () -> program.run(line.programArguments()));
      } catch (GraphTaken taken) {
        show(taken.graph);
        return CliFrontend.OK;
      } catch (Throwable e) {
        console.error(
            e instanceof ProgramException && e.getMessage() != null
                ? e.getMessage()
                : "The program " + program.className() + " failed: " + e,
            e);
        return CliFrontend.FAILED;
      }
      console.error("The program " + program.className() + " ended without submitting a job");
      return CliFrontend.FAILED;
    }
  }

  private void show(JobGraph graph) {
    console
        .out()
        .println(
            "Job '"
                + graph.name()
                + "': "
                + graph.totalSubtasks()
                + " subtasks, needs "
                + graph.requiredSlots()
                + " slots"
                + groups(graph));
    for (JobVertex vertex : graph.topologicallySorted()) {
      console
          .out()
          .println(
              "  "
                  + vertex.name()
                  + " x "
                  + vertex.parallelism()
                  + "  "
                  + vertex.invokableClassName()
                  + sharing(vertex.slotSharing()));
      for (JobEdge edge : graph.outputsOf(vertex.id())) {
        String target = graph.vertex(edge.target()).name();
        String blocking = edge.resultType().isBlocking() ? ", BLOCKING" : "";
        console.out().println("    -> " + target + " (" + edge.shipStrategy() + blocking + ")");
      }
    }
  }

  private static String groups(JobGraph graph) {
    Map<String, Integer> groups = graph.slotsPerGroup();
    return groups.size() == 1 ? "" : " in slot sharing groups " + groups;
  }

  private static String sharing(SlotSharing sharing) {
    String group =
        sharing.group().equals(SlotSharing.DEFAULT_GROUP)
            ? ""
            : "  slot sharing group " + sharing.group();
    return sharing.coLocationGroup() == null
        ? group
        : group + "  co-location group " + sharing.coLocationGroup();
  }
}
