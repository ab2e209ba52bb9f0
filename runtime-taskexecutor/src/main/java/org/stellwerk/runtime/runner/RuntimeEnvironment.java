package org.stellwerk.runtime.runner;

import java.util.Map;
import org.stellwerk.runtime.io.TaskIo;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInfo;

/** The environment of one attempt. */
final class RuntimeEnvironment implements Environment {

  private final TaskDeploymentDescriptor descriptor;
  private final TaskIo io;
  private final ClassLoader userClassLoader;

  RuntimeEnvironment(TaskDeploymentDescriptor descriptor, TaskIo io, ClassLoader userClassLoader) {
    this.descriptor = descriptor;
    this.io = io;
    this.userClassLoader = userClassLoader;
  }

  @Override
  public TaskInfo taskInfo() {
    return new TaskInfo(
        descriptor.jobId().toString(),
        descriptor.jobInformation().jobName(),
        descriptor.taskInformation().vertex().name(),
        descriptor.attemptId().subtaskIndex(),
        descriptor.taskInformation().vertex().parallelism(),
        descriptor.attemptId().attemptNumber());
  }

  @Override
  public Map<String, String> configuration() {
    return descriptor.taskInformation().vertex().configuration();
  }

  @Override
  public Map<String, String> jobConfiguration() {
    return descriptor.jobInformation().jobConfiguration();
  }

  @Override
  public byte[] payload() {
    return descriptor.taskInformation().vertex().payload().clone();
  }

  @Override
  public int inputCount() {
    return descriptor.taskInformation().inputs().size();
  }

  @Override
  public int outputCount() {
    return descriptor.taskInformation().outputs().size();
  }

  @Override
  public <T> RecordReader<T> input(int index) {
    return io.input(index);
  }

  @Override
  public <T> RecordWriter<T> output(int index) {
    return io.output(index);
  }

  @Override
  public boolean isCanceled() {
    return io.isCanceled();
  }

  @Override
  public ClassLoader userClassLoader() {
    return userClassLoader;
  }
}
