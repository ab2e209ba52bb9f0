package org.stellwerk.task;

/**
 * Who a subtask is.
 *
 * @param jobId 32 hexadecimal digits
 * @param subtaskIndex counted from 0, less than parallelism
 * @param attemptNumber counted from 0
 */
public record TaskInfo(
    String jobId,
    String jobName,
    String vertexName,
    int subtaskIndex,
    int parallelism,
    int attemptNumber) {}
