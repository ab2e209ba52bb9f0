package org.stellwerk.runtime.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.ExecutionVertexID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobgraph.JobEdge;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.ArchivedExecutionGraph;
import org.stellwerk.runtime.messages.ExceptionHistoryEntry;
import org.stellwerk.runtime.messages.ExecutionState;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskManagerLocation;

final class FileEndedJobStoreTest {

  private static final JobVertexID SOURCE = new JobVertexID(new UUID(7, 1));
  private static final JobVertexID SINK = new JobVertexID(new UUID(7, 2));
  private static final TaskManagerLocation LOCATION =
      new TaskManagerLocation(new ResourceID("tm-1"), "localhost", 4711);

  @TempDir Path base;

  private FileEndedJobStore store(int capacity) {
    return new FileEndedJobStore(base.resolve("ended"), capacity, Runnable::run);
  }

  private static JobID id(int number) {
    return new JobID(new UUID(0, number));
  }

  private static ExecutionAttemptID attempt(JobVertexID vertex) {
    return new ExecutionAttemptID(
        new ExecutionGraphId(new UUID(5, 5)), new ExecutionVertexID(vertex, 0), 3);
  }

  private static ArchivedExecutionGraph job(int number, long endTime) {
    SerializedThrowable failure =
        SerializedThrowable.of(new IllegalStateException("why", new IOException("root")));
    ExceptionHistoryEntry earlier =
        new ExceptionHistoryEntry(failure, 20, attempt(SINK), "sink (1/1)", LOCATION, List.of());
    return new ArchivedExecutionGraph(
        id(number),
        "job " + number,
        JobStatus.FAILED,
        Map.of(JobStatus.INITIALIZING, 10L, JobStatus.FAILED, endTime),
        List.of(
            vertex(SOURCE, ExecutionState.FINISHED, null),
            vertex(SINK, ExecutionState.FAILED, failure)),
        List.of(new JobEdge(SOURCE, SINK, ShipStrategy.HASH)),
        new ArchivedExecutionGraph.ErrorInfo(failure, endTime),
        List.of(new ExceptionHistoryEntry(failure, 30, null, null, null, List.of(earlier))),
        2,
        Map.of("key", "value"));
  }

  private static ArchivedExecutionGraph.Vertex vertex(
      JobVertexID id, ExecutionState state, SerializedThrowable failure) {
    return new ArchivedExecutionGraph.Vertex(
        id,
        "vertex",
        1,
        "group",
        List.of(
            new ArchivedExecutionGraph.Subtask(
                attempt(id),
                state,
                Map.of(ExecutionState.CREATED, 11L, state, 12L),
                LOCATION,
                new IOMetrics(1, 2, 3, 4),
                failure == null ? null : new ArchivedExecutionGraph.ErrorInfo(failure, 12))));
  }

  @Test
  void aJobIsReadAsItWasWritten() {
    ArchivedExecutionGraph job = job(1, 1000);
    store(3).put(job).join();
    assertThat(store(3).get(id(1)).join()).contains(job);
    assertThat(store(3).get(id(2)).join()).isEmpty();
    ArchivedExecutionGraph replacement = job(1, 2000);
    store(3).put(replacement).join();
    assertThat(store(3).get(id(1)).join()).contains(replacement);
    assertThat(store(3).list().join()).containsExactly(id(1));
  }

  @Test
  void theOldestGoFirst() throws Exception {
    assertThat(store(3).list().join()).isEmpty();
    for (int i : new int[] {4, 1, 3, 5, 2}) {
      store(3).put(job(i, 1000L * i)).join();
    }
    assertThat(store(3).list().join()).containsExactly(id(5), id(4), id(3));
    try (Stream<Path> files = Files.list(base.resolve("ended"))) {
      assertThat(files).hasSize(3);
    }
    store(3).clear();
    assertThat(base.resolve("ended")).doesNotExist();
  }

  @Test
  void whatAnotherLeaderHasWrittenIsFoundAndCounts() {
    FileEndedJobStore mine = store(2);
    mine.put(job(1, 1000)).join();
    FileEndedJobStore other = store(2);
    other.put(job(2, 2000)).join();
    assertThat(mine.get(id(2)).join()).isPresent();
    other.put(job(3, 3000)).join();
    assertThat(mine.list().join()).containsExactly(id(3), id(2));
    ArchivedExecutionGraph again = job(3, 4000);
    mine.put(again).join();
    mine.put(job(4, 5000)).join();
    assertThat(store(2).list().join()).containsExactly(id(4), id(3));
    assertThat(mine.get(id(3)).join()).contains(again);
  }

  @Test
  void aDamagedEntryIsNamedAndHidesNoOther() throws Exception {
    store(3).put(job(1, 1000)).join();
    Path damaged = base.resolve("ended/0000000000002000-" + id(2) + ".json.gz");
    Files.writeString(damaged, "not a job");
    Files.writeString(base.resolve("ended/notes.txt"), "somebody's");
    assertThat(store(3).list().join()).containsExactly(id(2), id(1));
    CompletableFuture<?> read = store(3).get(id(2));
    assertThat(read).isCompletedExceptionally();
    assertThat(read.handle((job, failure) -> String.valueOf(failure)).join())
        .contains(damaged.toString());
    assertThat(store(3).get(id(1)).join()).isPresent();
  }
}
