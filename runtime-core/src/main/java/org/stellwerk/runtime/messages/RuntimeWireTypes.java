package org.stellwerk.runtime.messages;

import java.util.Collection;
import java.util.List;
import org.stellwerk.rpc.codec.WireTypeProvider;
import org.stellwerk.runtime.messages.exceptions.DuplicateJobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.JobModificationException;
import org.stellwerk.runtime.messages.exceptions.JobNotFoundException;
import org.stellwerk.runtime.messages.exceptions.JobSubmissionException;
import org.stellwerk.runtime.messages.exceptions.NoResourceAvailableException;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.runtime.messages.exceptions.SlotAllocationException;
import org.stellwerk.runtime.messages.exceptions.TaskManagerDrainingException;
import org.stellwerk.runtime.messages.exceptions.TaskSubmissionException;
import org.stellwerk.runtime.messages.exceptions.UnknownJobMasterException;
import org.stellwerk.runtime.messages.exceptions.UnknownTaskExecutorException;

/** Announces the rejections, so that callers in other processes get them with their type. */
public final class RuntimeWireTypes implements WireTypeProvider {

  @Override
  public Collection<Class<?>> wireTypes() {
    return List.of(
        DuplicateJobSubmissionException.class,
        JobModificationException.class,
        JobNotFoundException.class,
        JobSubmissionException.class,
        NoResourceAvailableException.class,
        NotLeaderException.class,
        SlotAllocationException.class,
        TaskManagerDrainingException.class,
        TaskSubmissionException.class,
        UnknownJobMasterException.class,
        UnknownTaskExecutorException.class);
  }
}
