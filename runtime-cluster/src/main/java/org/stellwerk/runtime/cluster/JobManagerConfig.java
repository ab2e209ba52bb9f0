package org.stellwerk.runtime.cluster;

import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.id.ResourceID;

/**
 * Settings of a JobManager process.
 *
 * @param resourceId names the process to its peers
 * @param restAddress "http://host:port" of its REST endpoint, published while it leads
 */
public record JobManagerConfig(
    Configuration configuration, ResourceID resourceId, String restAddress) {}
