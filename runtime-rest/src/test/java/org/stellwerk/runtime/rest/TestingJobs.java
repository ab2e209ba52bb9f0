package org.stellwerk.runtime.rest;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.ErrorInfo;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Subtask;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph.Vertex;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** Jobs in several states: a source with one subtask and a sink with two. */
final class TestingJobs {

  static final long START = 1_700_000_000_000L;
  static final JobVertexID SOURCE = new JobVertexID(new UUID(0, 0x51));
  static final JobVertexID SINK = new JobVertexID(new UUID(0, 0x52));
  static final TaskManagerLocation LOCATION =
      new TaskManagerLocation(new ResourceID("localhost:40001-ab12"), "localhost", 40002);

  private TestingJobs() {}

  static JobID jobId(int number) {
    return new JobID(new UUID(0xabcL, number));
  }

  static JobGraph graph(JobID jobId) {
    return new JobGraph(
        jobId,
        "word count",
        List.of(
            new JobVertex(SOURCE, "source", 1, "org.example.Source", Map.of(), new byte[] {1, 2}),
            new JobVertex(SINK, "sink", 2, "org.example.Sink", Map.of(), new byte[0])),
        List.of(new JobEdge(SOURCE, SINK, ShipStrategy.HASH)),
        Map.of(),
        List.of());
  }

  static ArchivedExecutionGraph running(JobID jobId) {
    return job(
        jobId,
        Map.of(JobStatus.INITIALIZING, START, JobStatus.RUNNING, START + 100),
        JobStatus.RUNNING,
        List.of(
            vertex(SOURCE, "source", ExecutionState.FINISHED),
            vertex(SINK, "sink", ExecutionState.RUNNING, ExecutionState.SCHEDULED)),
        null);
  }

  static ArchivedExecutionGraph finished(JobID jobId) {
    return job(
        jobId,
        Map.of(JobStatus.INITIALIZING, START, JobStatus.FINISHED, START + 5000),
        JobStatus.FINISHED,
        List.of(
            vertex(SOURCE, "source", ExecutionState.FINISHED),
            vertex(SINK, "sink", ExecutionState.FINISHED, ExecutionState.FINISHED)),
        null);
  }

  static ArchivedExecutionGraph failed(JobID jobId) {
    return job(
        jobId,
        Map.of(JobStatus.INITIALIZING, START, JobStatus.FAILED, START + 2000),
        JobStatus.FAILED,
        List.of(
            vertex(SOURCE, "source", ExecutionState.CANCELED),
            vertex(SINK, "sink", ExecutionState.FAILED, ExecutionState.CANCELED)),
        failure());
  }

  static ErrorInfo failure() {
    return new ErrorInfo(
        new SerializedThrowable(
            "java.lang.IllegalStateException",
            "no such word",
            "java.lang.IllegalStateException: no such word\n\tat org.example.Sink.invoke",
            null),
        START + 1900);
  }

  private static ArchivedExecutionGraph job(
      JobID jobId,
      Map<JobStatus, Long> times,
      JobStatus state,
      List<Vertex> vertices,
      @Nullable ErrorInfo failure) {
    return new ArchivedExecutionGraph(
        jobId,
        "word count",
        state,
        times,
        vertices,
        List.of(new JobEdge(SOURCE, SINK, ShipStrategy.HASH)),
        failure,
        history(vertices, failure),
        0,
        Map.of("my.key", "my value"));
  }

  private static List<ExceptionHistoryEntry> history(
      List<Vertex> vertices, @Nullable ErrorInfo failure) {
    if (failure == null) {
      return List.of();
    }
    Vertex sink = vertices.get(1);
    Subtask failed = sink.subtasks().get(0);
    return List.of(
        new ExceptionHistoryEntry(
            failure.exception(),
            failure.timestamp(),
            failed.attemptId(),
            "sink (1/2) - execution #" + failed.attemptId().attemptNumber(),
            failed.location(),
            List.of()));
  }

  private static Vertex vertex(JobVertexID id, String name, ExecutionState... states) {
    List<Subtask> subtasks = new java.util.ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      subtasks.add(subtask(id, i, states[i]));
    }
    return new Vertex(id, name, states.length, "default", subtasks);
  }

  private static Subtask subtask(JobVertexID id, int index, ExecutionState state) {
    Map<ExecutionState, Long> times = new EnumMap<>(ExecutionState.class);
    times.put(ExecutionState.CREATED, START);
    times.put(ExecutionState.SCHEDULED, START + 10);
    boolean deployed = state != ExecutionState.SCHEDULED;
    if (deployed) {
      times.put(ExecutionState.DEPLOYING, START + 200);
      times.put(ExecutionState.RUNNING, START + 300);
    }
    if (state.isTerminal()) {
      times.put(state, START + 1200);
    }
    return new Subtask(
        new ExecutionAttemptID(
            new ExecutionGraphId(new UUID(0, 9)), new ExecutionVertexID(id, index), 3),
        state,
        times,
        deployed ? LOCATION : null,
        new IOMetrics(10, 20, 100, 200),
        state == ExecutionState.FAILED ? failure() : null);
  }
}
