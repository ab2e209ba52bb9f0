package org.stellwerk.runtime.messages;

/** The cluster in numbers. */
public record ClusterOverview(
    int taskManagers,
    int slotsTotal,
    int slotsAvailable,
    int jobsRunning,
    int jobsFinished,
    int jobsCancelled,
    int jobsFailed) {}
