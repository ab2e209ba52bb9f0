package org.stellwerk.runtime.jobmaster;

import java.util.List;
import org.stellwerk.runtime.executiongraph.ExecutionSnapshot;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolSnapshot;
import org.stellwerk.runtime.messages.JobStatus;

/**
 * A JobMaster at one instant, read from its components without changing them; for tests and the
 * simulator.
 *
 * @param executions the current attempt of every subtask, producers before consumers
 * @param possibleTasks how many there would be if the job began now, in the slots that it has
 * @param taskManagers those that are registered
 * @param registered whether its ResourceManager has taken it in
 */
public record JobMasterSnapshot(
    JobID jobId,
    JobMasterId session,
    JobStatus status,
    List<ExecutionSnapshot> executions,
    int possibleTasks,
    SlotPoolSnapshot slotPool,
    List<ResourceID> taskManagers,
    boolean registered) {}
