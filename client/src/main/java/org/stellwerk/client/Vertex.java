package org.stellwerk.client;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.stellwerk.runtime.id.JobVertexID;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.jobgraph.ResultPartitionType;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.jobgraph.SlotSharing;
import org.stellwerk.task.TaskInvokable;

/**
 * One step of a {@link Job}. Its methods return a vertex so that they can be chained: setters this
 * one, edges the one that the edge leads to. The order in which edges are added is the order of the
 * inputs and outputs that the user's code sees.
 */
public final class Vertex {

  private static final int USE_DEFAULT = 0;

  private final Job job;
  private final JobVertexID id;
  private final String name;
  private final Class<? extends TaskInvokable> code;
  private final Map<String, String> configuration = new LinkedHashMap<>();
  private int parallelism = USE_DEFAULT;
  private boolean fixed;
  private byte[] payload = new byte[0];
  private SlotSharing slotSharing = SlotSharing.DEFAULT;

  Vertex(Job job, int position, String name, Class<? extends TaskInvokable> code) {
    this.job = job;
    this.name = name;
    this.code = code;
    byte[] identity = (position + ":" + name).getBytes(StandardCharsets.UTF_8);
    this.id = new JobVertexID(UUID.nameUUIDFromBytes(identity));
  }

  /**
   * Sets the number of subtasks, at least 1; without it the submission's default holds. For an
   * adaptive scheduler it is the most.
   */
  public Vertex parallelism(int subtasks) {
    if (subtasks < 1) {
      throw new IllegalArgumentException(
          "The parallelism of vertex '" + name + "' must be at least 1, not " + subtasks);
    }
    this.parallelism = subtasks;
    this.fixed = false;
    return this;
  }

  /** As {@link #parallelism}, and an adaptive scheduler keeps to it, too. */
  public Vertex fixedParallelism(int subtasks) {
    parallelism(subtasks);
    this.fixed = true;
    return this;
  }

  /** Sets a key that the user's code reads with {@code Environment.requireConfig}. */
  public Vertex config(String key, String value) {
    configuration.put(key, value);
    return this;
  }

  /** Sets bytes for the user's code; nothing else looks into them. */
  public Vertex payload(byte[] bytes) {
    this.payload = bytes.clone();
    return this;
  }

  /**
   * Puts the vertex into a slot sharing group, by default "default". Subtasks of one group share
   * slots, those of different groups never do: the job needs, for each group, as many slots as the
   * largest parallelism in it.
   */
  public Vertex slotSharingGroup(String group) {
    slotSharing = new SlotSharing(group, slotSharing.coLocationGroup());
    return this;
  }

  /**
   * Puts the vertex into a co-location group: subtask i of all vertices that name it runs in one
   * slot, also after restarts. They must be in one slot sharing group.
   */
  public Vertex coLocationGroup(String group) {
    slotSharing = new SlotSharing(slotSharing.group(), group);
    return this;
  }

  /** Subtask i sends to subtask i; both sides need the same parallelism. Returns the target. */
  public Vertex forward(Vertex target) {
    return connect(target, ShipStrategy.FORWARD);
  }

  /** Records are dealt to all subtasks in turn. Returns the target. */
  public Vertex rebalance(Vertex target) {
    return connect(target, ShipStrategy.REBALANCE);
  }

  /** Records of equal key go to the same subtask. Returns the target. */
  public Vertex hash(Vertex target) {
    return connect(target, ShipStrategy.HASH);
  }

  /** Every record goes to every subtask. Returns the target. */
  public Vertex broadcast(Vertex target) {
    return connect(target, ShipStrategy.BROADCAST);
  }

  /**
   * The next edge is blocking: {@code words.blocking().hash(counts)}. Its target starts once this
   * vertex has finished, in the slots that this one has left; the records in between are on the
   * disks of the TaskManagers. Only for jobs that come to an end.
   */
  public BlockingEdge blocking() {
    return new BlockingEdge(this);
  }

  /** The name for people. */
  public String name() {
    return name;
  }

  private Vertex connect(Vertex target, ShipStrategy strategy) {
    return connect(target, strategy, ResultPartitionType.PIPELINED);
  }

  Vertex connect(Vertex target, ShipStrategy strategy, ResultPartitionType type) {
    job.connect(this, target, strategy, type);
    return target;
  }

  Job job() {
    return job;
  }

  JobVertexID id() {
    return id;
  }

  boolean hasFixedParallelism() {
    return fixed;
  }

  Class<? extends TaskInvokable> code() {
    return code;
  }

  JobVertex toJobVertex(int defaultParallelism) {
    int subtasks = parallelism == USE_DEFAULT ? defaultParallelism : parallelism;
    return new JobVertex(id, name, subtasks, code.getName(), configuration, payload, slotSharing);
  }
}
