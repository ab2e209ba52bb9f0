package org.stellwerk.runtime.scheduler;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.stellwerk.runtime.id.JobVertexID;

/**
 * Which slots a job needs, and for whose subtasks: for those that wait for a slot, have one, or
 * will be started again. In the JobMaster's main thread; soft state.
 */
final class SlotNeed {

  private final Map<SharedSlot, Set<JobVertexID>> needed = new LinkedHashMap<>();

  /** The vertex's subtask needs the slot, if it did not already. */
  void add(SharedSlot slot, JobVertexID vertex) {
    needed.computeIfAbsent(slot, ignored -> new LinkedHashSet<>()).add(vertex);
  }

  /** The vertex's subtask does not need the slot any more, if it did. */
  void remove(SharedSlot slot, JobVertexID vertex) {
    Set<JobVertexID> vertices = needed.get(slot);
    if (vertices != null && vertices.remove(vertex) && vertices.isEmpty()) {
      needed.remove(slot);
    }
  }

  boolean contains(SharedSlot slot) {
    return needed.containsKey(slot);
  }

  /** How many slots. */
  int size() {
    return needed.size();
  }
}
