package org.stellwerk.runtime.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.id.ResourceID;

/** The connection to another TaskManager was lost or could not be made; the message names it. */
public final class TaskManagerLostException extends IOException {

  private static final long serialVersionUID = 1L;

  private final ResourceID resourceId;

  public TaskManagerLostException(
      ResourceID resourceId, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.resourceId = resourceId;
  }

  /** The TaskManager that was lost. */
  public ResourceID resourceId() {
    return resourceId;
  }
}
