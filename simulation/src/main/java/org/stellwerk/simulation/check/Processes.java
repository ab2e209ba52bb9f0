package org.stellwerk.simulation.check;

import org.stellwerk.runtime.id.ResourceID;

/** The names of processes: "tm-1#2" is the second incarnation of "tm-1". */
final class Processes {

  private Processes() {}

  /** The name that all incarnations share. */
  static String name(String process) {
    return process.substring(0, process.indexOf('#'));
  }

  /** Under which a TaskManager's process is known in the cluster. */
  static ResourceID resourceId(String process) {
    return new ResourceID(name(process));
  }
}
