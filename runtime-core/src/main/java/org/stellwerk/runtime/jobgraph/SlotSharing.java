package org.stellwerk.runtime.jobgraph;

import org.jspecify.annotations.Nullable;

/**
 * With whom the subtasks of a vertex share their slots. Subtask i of every vertex of a slot sharing
 * group may run in one slot; subtasks of different groups never do. So a job needs, for each group,
 * as many slots as the largest parallelism in it.
 *
 * @param group the slot sharing group's name, unique in the job
 * @param coLocationGroup subtask i of every vertex with this name must run in one slot; null if the
 *     vertex asks for nothing of the kind
 */
public record SlotSharing(String group, @Nullable String coLocationGroup) {

  /** The slot sharing group of vertices that name none. */
  public static final String DEFAULT_GROUP = "default";

  /** The default group, without co-location. */
  public static final SlotSharing DEFAULT = new SlotSharing(DEFAULT_GROUP, null);

  public SlotSharing {
    if (group.isBlank()) {
      throw new IllegalArgumentException("A slot sharing group needs a name");
    }
    if (coLocationGroup != null && coLocationGroup.isBlank()) {
      throw new IllegalArgumentException("A co-location group needs a name");
    }
  }
}
