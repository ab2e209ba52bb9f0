package org.stellwerk.runtime.jobgraph;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * One step of a job, run by {@code parallelism} subtasks.
 *
 * @param id unique in the graph, and the same each time the client builds the same graph
 * @param name shown to people
 * @param parallelism the number of subtasks, at least 1
 * @param invokableClassName the user's TaskInvokable, loaded by the task only
 * @param configuration text for the invokable
 * @param payload bytes for the invokable; the control plane never looks into them
 * @param slotSharing with whom its subtasks share slots
 */
public record JobVertex(
    JobVertexID id,
    String name,
    int parallelism,
    String invokableClassName,
    Map<String, String> configuration,
    byte[] payload,
    SlotSharing slotSharing) {

  public JobVertex {
    if (parallelism < 1) {
      throw new IllegalArgumentException(
          "Vertex '" + name + "' has parallelism " + parallelism + "; expected at least 1");
    }
    configuration = Collections.unmodifiableMap(new TreeMap<>(configuration));
  }

  /** A vertex in the default slot sharing group. */
  @SuppressWarnings("checkstyle:parameternumber")
  public JobVertex(
      JobVertexID id,
      String name,
      int parallelism,
      String invokableClassName,
      Map<String, String> configuration,
      byte[] payload) {
    this(id, name, parallelism, invokableClassName, configuration, payload, SlotSharing.DEFAULT);
  }

  /** The same vertex with another parallelism. */
  public JobVertex withParallelism(int newParallelism) {
    return new JobVertex(
        id, name, newParallelism, invokableClassName, configuration, payload, slotSharing);
  }

  /** The same vertex, sharing slots with others. */
  public JobVertex withSlotSharing(SlotSharing newSlotSharing) {
    return new JobVertex(
        id, name, parallelism, invokableClassName, configuration, payload, newSlotSharing);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobVertex that
        && id.equals(that.id)
        && name.equals(that.name)
        && parallelism == that.parallelism
        && invokableClassName.equals(that.invokableClassName)
        && configuration.equals(that.configuration)
        && Arrays.equals(payload, that.payload)
        && slotSharing.equals(that.slotSharing);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, name, parallelism, invokableClassName, configuration, slotSharing);
  }
}
