package org.stellwerk.benchmarks.ha;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The subtasks of a job as REST tells of them: attempts and places. */
final class Subtasks {

  private Subtasks() {}

  /** One subtask as it is now. */
  record Subtask(String vertex, int index, int attempt, String state, String taskManager) {
    @Override
    public String toString() {
      return vertex + " " + index + " #" + attempt + " " + state;
    }
  }

  static List<Subtask> of(RestView rest, String jobId) throws IOException, InterruptedException {
    List<Subtask> subtasks = new ArrayList<>();
    for (JsonNode vertex : rest.get("/jobs/" + jobId).path("vertices")) {
      String path = "/jobs/" + jobId + "/vertices/" + vertex.path("id").asText();
      for (JsonNode subtask : rest.get(path).path("subtasks")) {
        subtasks.add(
            new Subtask(
                vertex.path("name").asText(),
                subtask.path("subtask").asInt(),
                subtask.path("attempt").asInt(),
                subtask.path("status").asText(),
                subtask.path("taskmanager-id").asText()));
      }
    }
    return subtasks;
  }

  static boolean allRun(List<Subtask> subtasks, int expected) {
    return subtasks.size() == expected
        && subtasks.stream().allMatch(subtask -> subtask.state().equals("RUNNING"));
  }
}
