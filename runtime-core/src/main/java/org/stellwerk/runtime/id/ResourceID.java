package org.stellwerk.runtime.id;

import java.io.Serializable;

/**
 * Names a process of the cluster across its registrations: a TaskManager has one for its life,
 * shown to people. "host:port-suffix" unless configured.
 */
public record ResourceID(String value) implements Comparable<ResourceID>, Serializable {

  public ResourceID {
    if (value.isBlank()) {
      throw new IllegalArgumentException("A resource id must not be blank");
    }
  }

  @Override
  public int compareTo(ResourceID other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
