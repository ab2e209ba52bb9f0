package org.stellwerk.runtime.id;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

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
  public boolean equals(@Nullable Object other) {
    return other instanceof ResourceID that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
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
