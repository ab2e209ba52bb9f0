package org.stellwerk.runtime.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.messages.ProducerLocations;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskInformation;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;

/**
 * The inputs and outputs of one attempt of a task. Its outputs can be asked for from the beginning;
 * {@link #open} asks for its inputs. Ends in every case with {@link #close}, after which no
 * channel, buffer or request of it is left. {@link #cancel} and {@link #metrics} from any thread,
 * everything else from the task's.
 */
public final class TaskIo {

  private static final Logger LOG = LoggerFactory.getLogger(TaskIo.class);

  private final TaskDeploymentDescriptor descriptor;
  private final ExchangeContext context;
  private final DataExchange exchange;
  private final CancelScope scope = new CancelScope();
  private final IoCounters counters = new IoCounters();
  private final TaskScope task = new TaskScope(scope, counters);
  private final TaskOutputs outputs;
  private final List<InputGate<?>> gates = new ArrayList<>();
  private final List<TaskOutput<?>> writers = new ArrayList<>();

  /** Those of blocking outputs, by output, and what became of them. */
  private final Map<Integer, PartitionWriter> files = new LinkedHashMap<>();

  private final Map<Integer, StoredPartition> sealed = new LinkedHashMap<>();
  private final List<StoredChannel> storedInputs = new ArrayList<>();
  private final List<LocalChannels> localInputs = new ArrayList<>();

  TaskIo(TaskDeploymentDescriptor descriptor, ExchangeContext context, DataExchange exchange) {
    this.descriptor = descriptor;
    this.context = context;
    this.exchange = exchange;
    this.outputs =
        new TaskOutputs(descriptor.attemptId(), descriptor.taskInformation().outputs(), scope);
    for (int i = 0; i < descriptor.taskInformation().inputs().size(); i++) {
      gates.add(new InputGate<>(scope, counters, context.config().peerFailureGrace()));
    }
  }

  TaskOutputs outputs() {
    return outputs;
  }

  /** Asks for the inputs, without waiting for them, and readies the outputs. */
  public void open(ClassLoader userClassLoader) {
    TaskSerializer serializer = new TaskSerializer(userClassLoader);
    for (int i = 0; i < descriptor.taskInformation().outputs().size(); i++) {
      writers.add(newWriter(i, serializer));
    }
    Map<TaskManagerLocation, List<RemoteInputs>> remote = new LinkedHashMap<>();
    List<TaskInformation.Input> inputs = descriptor.taskInformation().inputs();
    for (int i = 0; i < inputs.size(); i++) {
      setUpGate(gates.get(i), inputs.get(i), serializer, remote);
    }
    localInputs.forEach(exchange::request);
    storedInputs.forEach(stored -> stored.open(exchange.results()));
    remote.forEach(exchange::open);
  }

  private TaskOutput<?> newWriter(int index, TaskSerializer serializer) {
    TaskInformation.Output edge = descriptor.taskInformation().outputs().get(index);
    int consumers = TaskOutputs.consumersOf(edge);
    Partitioner partitioner =
        new Partitioner(edge.shipStrategy(), consumers, descriptor.attemptId().subtaskIndex());
    if (!edge.resultType().isBlocking()) {
      return new OutputWriter<>(outputs, index, partitioner, serializer, task);
    }
    int subpartitions = edge.shipStrategy() == ShipStrategy.BROADCAST ? 1 : consumers;
    PartitionWriter file = exchange.results().newWriter(subpartitions);
    files.put(index, file);
    return new StoredOutputWriter<>(file, subpartitions, partitioner, serializer, task);
  }

  private void setUpGate(
      InputGate<?> gate,
      TaskInformation.Input input,
      TaskSerializer serializer,
      Map<TaskManagerLocation, List<RemoteInputs>> remote) {
    List<InputGroup> groups = new ArrayList<>();
    int channels = 0;
    for (ProducerPlaces.Place place : placesOf(input)) {
      ChannelRequests requests =
          new ChannelRequests(
              place.producers(),
              input.producerOutputIndex(),
              descriptor.attemptId().subtaskIndex(),
              descriptor.attemptId(),
              input.resultType().isBlocking());
      channels += requests.size();
      if (!exchange.isSelf(place.location())) {
        RemoteInputs inputs = new RemoteInputs(requests, place.location(), gate, context);
        groups.add(inputs);
        remote.computeIfAbsent(place.location(), unused -> new ArrayList<>()).add(inputs);
      } else if (!requests.stored()) {
        LocalChannels inputs = new LocalChannels(requests, gate, context);
        groups.add(inputs);
        localInputs.add(inputs);
      } else {
        for (int i = 0; i < requests.size(); i++) {
          StoredChannel channel = new StoredChannel(requests.get(i), gate);
          groups.add(channel);
          storedInputs.add(channel);
        }
      }
    }
    gate.setUp(groups, channels, serializer);
  }

  private List<ProducerPlaces.Place> placesOf(TaskInformation.Input input) {
    ProducerLocations producers = producersOf(input);
    boolean pointwise = input.shipStrategy().isPointwise();
    int own = descriptor.attemptId().subtaskIndex();
    for (int i = pointwise ? own : 0; i < (pointwise ? own + 1 : producers.size()); i++) {
      if (producers.places()[i] < 0) {
        throw new IllegalArgumentException(
            "The deployment of "
                + descriptor.taskNameWithSubtask()
                + " does not say where its producer "
                + producers.get(i).attemptId()
                + " is");
      }
    }
    return pointwise ? List.of(ProducerPlaces.of(producers, own)) : exchange.places().of(producers);
  }

  private ProducerLocations producersOf(TaskInformation.Input input) {
    for (ProducerLocations locations : descriptor.producers()) {
      if (locations.producer().equals(input.producer())
          && locations.size() == input.producerParallelism()) {
        return locations;
      }
    }
    throw new IllegalArgumentException(
        "The deployment of "
            + descriptor.taskNameWithSubtask()
            + " does not say where the "
            + input.producerParallelism()
            + " subtasks of its producer "
            + input.producer()
            + " are");
  }

  /** The reader of an input; IndexOutOfBoundsException if there is none. */
  @SuppressWarnings("unchecked")
  public <T> RecordReader<T> input(int index) {
    return (RecordReader<T>) gates.get(Objects.checkIndex(index, gates.size()));
  }

  /** The writer of an output; IndexOutOfBoundsException if there is none. */
  @SuppressWarnings("unchecked")
  public <T> RecordWriter<T> output(int index) {
    return (RecordWriter<T>) writers.get(Objects.checkIndex(index, writers.size()));
  }

  /** Whether {@link #cancel} was called. */
  public boolean isCanceled() {
    return scope.isCanceled();
  }

  /** Makes all readers and writers throw, also those that wait. */
  public void cancel() {
    scope.cancel();
  }

  /**
   * User code has returned: sends everything and the ends, waits until that has left, and completes
   * what is read later.
   */
  public void finish() throws IOException, InterruptedException {
    scope.check();
    for (TaskOutput<?> writer : writers) {
      writer.end();
    }
    for (TaskOutput<?> writer : writers) {
      writer.awaitDrained();
    }
    for (Map.Entry<Integer, PartitionWriter> file : files.entrySet()) {
      sealed.put(file.getKey(), file.getValue().seal());
    }
  }

  /**
   * Leaves all channels after user code and {@link #finish} have returned well: producers whose
   * records were not read to the end drop the rest.
   */
  public void closeFinished() {
    if (!sealed.isEmpty()) {
      exchange.results().add(descriptor.jobId(), descriptor.attemptId(), sealed);
    }
    close(ConsumerEnd.FINISHED, "");
    exchange.registry().unregister(descriptor.attemptId(), null);
  }

  /**
   * Leaves all channels after a failure or a cancellation; producers and consumers are told why,
   * and wait to be cancelled.
   *
   * @param what such as "failed: java.lang.IllegalStateException: no"
   */
  public void closeFailed(String what) {
    String reason = "Task " + descriptor.taskNameWithSubtask() + " " + what;
    files.values().forEach(TaskIo::discard);
    close(ConsumerEnd.FAILED, reason);
    ChannelError error = new ChannelError(ChannelError.Kind.PRODUCER_ENDED, reason);
    exchange.registry().unregister(descriptor.attemptId(), error);
    outputs.abort(error);
  }

  private static void discard(PartitionWriter file) {
    try {
      file.discard();
    } catch (IOException e) {
      LOG.warn("Cannot remove a result that nobody needs: {}", e.getMessage());
    }
  }

  private void close(ConsumerEnd end, String reason) {
    gates.forEach(gate -> gate.close(end, reason));
    localInputs.forEach(inputs -> exchange.registry().withdraw(inputs, end));
    localInputs.clear();
    writers.clear();
  }

  /**
   * What was read and written so far; bytes count what crosses between TaskExecutors or is stored.
   */
  public IOMetrics metrics() {
    return counters.snapshot();
  }
}
