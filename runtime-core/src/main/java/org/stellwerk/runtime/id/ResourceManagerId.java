package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** The ResourceManager's fencing token: its process's leader session. */
public record ResourceManagerId(UUID value) implements Comparable<ResourceManagerId>, Serializable {

  /** A fresh identifier. */
  public static ResourceManagerId generate(IdGenerator ids) {
    return new ResourceManagerId(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static ResourceManagerId fromHexString(String text) {
    return new ResourceManagerId(HexIds.parse(text, "ResourceManagerId"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ResourceManagerId that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(ResourceManagerId other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
