package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** Names one execution graph: one run of a job under one JobMaster that started it afresh. */
public record ExecutionGraphId(UUID value) implements Comparable<ExecutionGraphId>, Serializable {

  /** A fresh identifier. */
  public static ExecutionGraphId generate(IdGenerator ids) {
    return new ExecutionGraphId(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static ExecutionGraphId fromHexString(String text) {
    return new ExecutionGraphId(HexIds.parse(text, "ExecutionGraphId"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExecutionGraphId that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(ExecutionGraphId other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
