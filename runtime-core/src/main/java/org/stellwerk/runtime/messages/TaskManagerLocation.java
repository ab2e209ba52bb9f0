package org.stellwerk.runtime.messages;

import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ResourceID;

/**
 * Where a TaskExecutor is.
 *
 * @param host as published to peers
 * @param dataPort the port of its data exchange
 */
public record TaskManagerLocation(ResourceID resourceId, String host, int dataPort) {
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TaskManagerLocation that
        && dataPort == that.dataPort
        && resourceId.equals(that.resourceId)
        && host.equals(that.host);
  }

  @Override
  public int hashCode() {
    return 31 * resourceId.hashCode() + dataPort;
  }
}
