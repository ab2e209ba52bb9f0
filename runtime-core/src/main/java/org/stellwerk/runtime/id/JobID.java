package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** Names one job for ever; chosen by the client, so that submitting again is idempotent. */
public record JobID(UUID value) implements Comparable<JobID>, Serializable {

  /** A fresh identifier. */
  public static JobID generate(IdGenerator ids) {
    return new JobID(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static JobID fromHexString(String text) {
    return new JobID(HexIds.parse(text, "JobID"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobID that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(JobID other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
