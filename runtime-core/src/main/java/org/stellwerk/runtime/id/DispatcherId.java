package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** The Dispatcher's fencing token: its process's leader session. */
public record DispatcherId(UUID value) implements Comparable<DispatcherId>, Serializable {

  /** A fresh identifier. */
  public static DispatcherId generate(IdGenerator ids) {
    return new DispatcherId(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static DispatcherId fromHexString(String text) {
    return new DispatcherId(HexIds.parse(text, "DispatcherId"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DispatcherId that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(DispatcherId other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
