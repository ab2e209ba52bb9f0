package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** Names a vertex of a job graph. */
public record JobVertexID(UUID value) implements Comparable<JobVertexID>, Serializable {

  /** A fresh identifier. */
  public static JobVertexID generate(IdGenerator ids) {
    return new JobVertexID(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static JobVertexID fromHexString(String text) {
    return new JobVertexID(HexIds.parse(text, "JobVertexID"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobVertexID that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(JobVertexID other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
