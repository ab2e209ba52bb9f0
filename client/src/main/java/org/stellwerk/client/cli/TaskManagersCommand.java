package org.stellwerk.client.cli;

import java.time.Duration;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.TaskManagerSummary;
import org.stellwerk.runtime.messages.Availability;

/**
 * {@code stellwerk taskmanagers}, {@code cordon}, {@code uncordon}, {@code drain}. The last waits a
 * while until nothing is left on the TaskManager.
 */
final class TaskManagersCommand {

  private static final String DRAINED = "DRAINED";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  private final CommandLine line;
  private final ClusterClient client;
  private final Console console;

  TaskManagersCommand(CommandLine line, ClusterClient client, Console console) {
    this.line = line;
    this.client = client;
    this.console = console;
  }

  int list() {
    if (!line.operands().isEmpty()) {
      throw new CliException(
          "'taskmanagers' takes no argument, but there is " + line.operands().get(0));
    }
    var taskManagers = client.listTaskManagers();
    if (taskManagers.isEmpty()) {
      console.out().println("No TaskManagers.");
    }
    taskManagers.forEach(this::show);
    return CliFrontend.OK;
  }

  private void show(TaskManagerSummary each) {
    console
        .out()
        .println(
            each.id()
                + " : "
                + each.slots()
                + " slots, "
                + each.freeSlots()
                + " free : "
                + each.availability());
  }

  int set(Availability.Mode mode) {
    show(order(mode));
    return CliFrontend.OK;
  }

  int drain() throws InterruptedException {
    TaskManagerSummary now = order(Availability.Mode.DRAINING);
    console.out().println("Draining TaskManager " + now.id() + ".");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!now.availability().equals(DRAINED)) {
      if (System.nanoTime() - deadline >= 0) {
        throw new CliException(
            "TaskManager "
                + now.id()
                + " has "
                + (now.slots() - now.freeSlots())
                + " of "
                + now.slots()
                + " slots in use after "
                + PATIENCE.toSeconds()
                + " s; the drain goes on, its tasks move when there are slots elsewhere");
      }
      Thread.sleep(POLL.toMillis());
      now = find(now.id());
    }
    console.out().println("Drained TaskManager " + now.id() + ": nothing runs there.");
    return CliFrontend.OK;
  }

  private TaskManagerSummary find(String id) {
    return client.listTaskManagers().stream()
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new CliException("TaskManager " + id + " is gone"));
  }

  private TaskManagerSummary order(Availability.Mode mode) {
    String id = line.onlyOperand("the id of a TaskManager");
    try {
      return client.setAvailability(id, mode);
    } catch (ClusterException e) {
      if (e.isNotFound()) {
        throw new CliException(
            "There is no TaskManager "
                + id
                + " on "
                + client.address()
                + "; see stellwerk taskmanagers",
            e);
      }
      throw e;
    }
  }
}
