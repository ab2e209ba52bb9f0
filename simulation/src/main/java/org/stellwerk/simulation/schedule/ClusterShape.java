package org.stellwerk.simulation.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The processes that a run begins with: {@code jm-1}, {@code jm-2}, … and {@code tm-1}, {@code
 * tm-2}, ….
 *
 * @param jobManagers how many JobManagers, at least 1
 * @param taskManagers how many TaskManagers, at least 1
 * @param slots how many slots each TaskManager has, at least 1
 */
public record ClusterShape(int jobManagers, int taskManagers, int slots) {

  private static final String JOB_MANAGER = "jm-";
  private static final String TASK_MANAGER = "tm-";

  public ClusterShape {
    if (jobManagers < 1 || taskManagers < 1 || slots < 1) {
      throw new IllegalArgumentException(
          "a cluster has at least 1 JobManager, 1 TaskManager and 1 slot");
    }
  }

  /** The names of the JobManagers. */
  public List<String> jobManagerNames() {
    return names(JOB_MANAGER, jobManagers);
  }

  /** The names of the TaskManagers. */
  public List<String> taskManagerNames() {
    return names(TASK_MANAGER, taskManagers);
  }

  /** All names, JobManagers first. */
  public List<String> names() {
    List<String> all = new ArrayList<>(jobManagerNames());
    all.addAll(taskManagerNames());
    return Collections.unmodifiableList(all);
  }

  void checkNames(List<String> some) {
    for (String name : some) {
      if (!names().contains(name)) {
        throw new IllegalArgumentException(
            "'" + name + "' is no process of the cluster; expected one of " + names());
      }
    }
  }

  /** Whether the name is a JobManager's. */
  public static boolean isJobManager(String name) {
    return name.matches("jm-[1-9][0-9]*");
  }

  /** Whether the name is a TaskManager's. */
  public static boolean isTaskManager(String name) {
    return name.matches("tm-[1-9][0-9]*");
  }

  private static List<String> names(String prefix, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add(prefix + i);
    }
    return Collections.unmodifiableList(names);
  }
}
