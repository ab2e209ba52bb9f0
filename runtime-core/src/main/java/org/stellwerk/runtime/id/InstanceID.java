package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** Names one registration of a TaskExecutor at one ResourceManager session. */
public record InstanceID(UUID value) implements Comparable<InstanceID>, Serializable {

  /** A fresh identifier. */
  public static InstanceID generate(IdGenerator ids) {
    return new InstanceID(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static InstanceID fromHexString(String text) {
    return new InstanceID(HexIds.parse(text, "InstanceID"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InstanceID that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(InstanceID other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
