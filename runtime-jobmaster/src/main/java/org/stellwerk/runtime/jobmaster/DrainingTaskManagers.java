package org.stellwerk.runtime.jobmaster;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.ResourceID;

/**
 * The TaskExecutors that the job is to leave: those that the ResourceManager names, and those that
 * have refused a task for it, of which the ResourceManager may not have heard: without that news a
 * job would be deployed there again and again. Component of the JobMaster, in its main thread.
 */
final class DrainingTaskManagers {

  private static final Logger LOG = LoggerFactory.getLogger(DrainingTaskManagers.class);

  private final Consumer<List<ResourceID>> listener;
  private List<ResourceID> named = List.of();
  private final Set<ResourceID> refusing = new LinkedHashSet<>();

  /**
   * None.
   *
   * @param listener told all of them, whenever they change
   */
  DrainingTaskManagers(Consumer<List<ResourceID>> listener) {
    this.listener = listener;
  }

  /** The ResourceManager names all that it knows; another that still drains will refuse again. */
  void named(List<ResourceID> all) {
    named = List.copyOf(all);
    refusing.clear();
    tell();
  }

  /** One has refused a task because it is being drained. */
  void refuses(ResourceID taskManagerId) {
    if (!named.contains(taskManagerId) && refusing.add(taskManagerId)) {
      LOG.info("TaskManager {} takes no tasks as it is being drained, it says.", taskManagerId);
      tell();
    }
  }

  /** Another process may be behind the id now. */
  void registers(ResourceID taskManagerId) {
    if (refusing.remove(taskManagerId)) {
      tell();
    }
  }

  private void tell() {
    Set<ResourceID> all = new LinkedHashSet<>(named);
    all.addAll(refusing);
    listener.accept(List.copyOf(all));
  }
}
