package org.stellwerk.runtime.id;

import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.util.IdGenerator;

/** The JobMaster's fencing token: its process's leader session. */
public record JobMasterId(UUID value) implements Comparable<JobMasterId>, Serializable {

  /** A fresh identifier. */
  public static JobMasterId generate(IdGenerator ids) {
    return new JobMasterId(ids.nextUuid());
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static JobMasterId fromHexString(String text) {
    return new JobMasterId(HexIds.parse(text, "JobMasterId"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobMasterId that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public int compareTo(JobMasterId other) {
    return value.compareTo(other.value);
  }

  /** 32 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return HexIds.format(value);
  }
}
