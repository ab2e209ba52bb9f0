package org.stellwerk.runtime.messages;

import org.stellwerk.runtime.id.ResourceID;

/**
 * Where a TaskExecutor is.
 *
 * @param host as published to peers
 * @param dataPort the port of its data exchange
 */
public record TaskManagerLocation(ResourceID resourceId, String host, int dataPort) {}
