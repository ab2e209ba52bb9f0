package org.stellwerk.runtime.cluster;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A JobManager process at one instant, read without changing it; for tests and the simulator.
 *
 * @param session the leader session that it has; null if it does not lead, as far as it knows
 * @param state of that session; null if there is none
 * @param closing former sessions whose endpoints have not ended
 */
public record JobManagerSnapshot(
    @Nullable UUID session, @Nullable LeaderSessionState state, List<UUID> closing) {}
