package org.stellwerk.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.stellwerk.runtime.messages.Availability;

/**
 * The TaskManagers of a run of random operations. At least two that are not frozen stay; a frozen
 * one goes on before its heartbeats time out, so that its freeze must cost nothing.
 */
final class WorkerFleet {

  private static final int FEWEST = 2;
  private static final int MOST = 5;
  private static final long LONGEST_FREEZE_MS = 8_000;

  private final Processes processes;
  private final Random random;

  /** When each frozen one is to go on, by System.nanoTime(). */
  private final Map<Long, Long> frozen = new LinkedHashMap<>();

  WorkerFleet(Processes processes, Random random) {
    this.processes = processes;
    this.random = random;
  }

  int size() throws IOException {
    return processes.pids("taskmanager").size();
  }

  private List<Long> awake() throws IOException {
    return processes.pids("taskmanager").stream().filter(pid -> !frozen.containsKey(pid)).toList();
  }

  /** Ends one at once ("KILL") or with a goodbye ("TERM"); "" if too few would be left. */
  String end(String signal) throws IOException, InterruptedException {
    List<Long> candidates = awake();
    if (candidates.size() <= FEWEST) {
      return "";
    }
    long pid = candidates.get(random.nextInt(candidates.size()));
    Processes.signal(pid, signal);
    Processes.awaitEnd(pid);
    return signal + " " + pid;
  }

  String freeze() throws IOException, InterruptedException {
    List<Long> candidates = awake();
    if (candidates.size() <= FEWEST) {
      return "";
    }
    long pid = candidates.get(random.nextInt(candidates.size()));
    Processes.signal(pid, "STOP");
    long pauseMs = 100 + (long) (random.nextDouble() * LONGEST_FREEZE_MS);
    frozen.put(pid, System.nanoTime() + pauseMs * 1_000_000);
    return "STOP " + pid + " for " + pauseMs + " ms";
  }

  /**
   * Drains one, waits until its tasks have gone elsewhere, and opens it again; "" if the others
   * could not take them, or one of them is frozen.
   */
  String drain(BenchmarkCluster cluster) throws IOException, InterruptedException {
    JsonNode all = cluster.get("/taskmanagers").path("taskmanagers");
    if (!frozen.isEmpty() || all.size() <= FEWEST) {
      return "";
    }
    String id = all.path(random.nextInt(all.size())).path("id").asText();
    cluster.setAvailability(id, Availability.Mode.DRAINING);
    cluster.await(
        "/taskmanagers/" + id,
        "TaskManager " + id + " is drained and all its slots are free",
        answer ->
            answer.path("availability").asText().equals("DRAINED")
                && answer.path("freeSlots").asInt() == answer.path("slotsNumber").asInt());
    cluster.setAvailability(id, Availability.Mode.OPEN);
    return "drain " + id;
  }

  /** Lets those go on whose time is over. */
  void thawDue() throws IOException, InterruptedException {
    for (Map.Entry<Long, Long> each : List.copyOf(frozen.entrySet())) {
      if (System.nanoTime() - each.getValue() >= 0) {
        Processes.signal(each.getKey(), "CONT");
        frozen.remove(each.getKey());
      }
    }
  }

  void thawAll() throws IOException, InterruptedException {
    for (long pid : List.copyOf(frozen.keySet())) {
      Processes.signal(pid, "CONT");
      frozen.remove(pid);
    }
  }

  String add() throws IOException, InterruptedException {
    if (size() >= MOST) {
      return "";
    }
    processes.startTaskManager();
    return "add a TaskManager";
  }
}
