package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** Names one allocation of a slot to a job; never used twice. */
public record AllocationID(UUID value) implements Comparable<AllocationID>, Serializable {

  /** A fresh identifier. */
  public static AllocationID generate(IdGenerator ids) {
    return new AllocationID(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static AllocationID fromHexString(String text) {
    return new AllocationID(HexIds.parse(text, "AllocationID"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AllocationID that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(AllocationID other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
