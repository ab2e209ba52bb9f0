package org.stellwerk.simulation.page;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.runtime.id.AllocationID;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.jobgraph.JobGraph;
import org.stellwerk.runtime.jobgraph.JobVertex;
import org.stellwerk.runtime.messages.Acknowledge;
import org.stellwerk.runtime.messages.SerializedThrowable;
import org.stellwerk.runtime.messages.TaskDeploymentBatch;
import org.stellwerk.util.ExceptionUtils;

/**
 * Says in a line what a message carries, and which jobs it concerns. Records are told by their
 * components, identifiers by what {@link RunNames} knows; time limits of calls are left away.
 * Whatever it reads on the way the names learn.
 */
final class MessageText {

  private static final int MAX_LENGTH = 200;
  private static final int MAX_LISTED = 4;
  private static final int MAX_VISITED = 500;

  private final RunNames names;
  private final StringBuilder text = new StringBuilder();
  private final Set<JobID> jobs = new LinkedHashSet<>();
  private final List<AllocationID> allocations = new ArrayList<>();
  private final List<ExecutionGraphId> graphs = new ArrayList<>();
  private int visited;

  /**
   * Reads the content of a message.
   *
   * @param content an invocation, a value or a Throwable; null for nothing
   */
  MessageText(RunNames names, @Nullable Object content) {
    this.names = names;
    Object inner = content instanceof FencedMessage<?> fenced ? fenced.payload() : content;
    if (inner instanceof RpcInvocation invocation) {
      List<@Nullable Object> arguments = new ArrayList<>();
      for (Object argument : invocation.arguments()) {
        if (!(argument instanceof Duration)) {
          arguments.add(argument);
        }
      }
      visit(arguments);
      tellAll(arguments, arguments.size());
    } else if (inner != null) {
      visit(inner);
      tell(inner);
    }
    learn();
  }

  /** What it carries, in at most a line. */
  String text() {
    return text.length() <= MAX_LENGTH ? text.toString() : text.substring(0, MAX_LENGTH) + "…";
  }

  /** The jobs that it names, or that something belongs to which it names. */
  Set<JobID> jobs() {
    return jobs;
  }

  /** Whoever names one job and other things in one message says that they belong together. */
  private void learn() {
    if (jobs.size() == 1) {
      JobID job = jobs.iterator().next();
      allocations.forEach(allocation -> names.learn(allocation, job));
      graphs.forEach(graph -> names.learn(graph, job));
    } else {
      allocations.forEach(this::addJobOf);
      graphs.forEach(this::addJobOf);
    }
  }

  private void addJobOf(Object id) {
    JobID job = names.jobOf(id);
    if (job != null) {
      jobs.add(job);
    }
  }

  private void visit(@Nullable Object value) {
    if (value == null || visited++ > MAX_VISITED) {
      return;
    }
    if (value instanceof JobGraph graph) {
      names.learn(graph);
    } else if (value instanceof JobVertex vertex) {
      names.learn(vertex);
    }
    if (value instanceof JobID job) {
      jobs.add(job);
    } else if (value instanceof AllocationID allocation) {
      allocations.add(allocation);
    } else if (value instanceof ExecutionGraphId graph) {
      graphs.add(graph);
    } else if (value instanceof Collection<?> collection) {
      collection.forEach(this::visit);
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(this::visit);
    } else if (value instanceof Record composed) {
      componentsOf(composed).forEach(this::visit);
    }
  }

  private void tell(@Nullable Object value) {
    if (text.length() > MAX_LENGTH) {
      return;
    }
    if (value instanceof JobID job) {
      text.append(names.job(job));
    } else if (value instanceof ExecutionAttemptID attempt) {
      text.append(names.attempt(attempt));
    } else if (value instanceof JobGraph graph) {
      text.append(names.job(graph.jobId())).append(" of ").append(graph.totalSubtasks());
      text.append(graph.totalSubtasks() == 1 ? " subtask" : " subtasks");
    } else if (value instanceof TaskDeploymentBatch batch) {
      tellList(batch.tasks().stream().map(TaskDeploymentBatch.Entry::attemptId).toList());
    } else if (value instanceof Throwable failure) {
      text.append("✗ ").append(failure.getClass().getSimpleName()).append(": ");
      text.append(firstLine(ExceptionUtils.describe(failure)));
    } else if (value instanceof SerializedThrowable failure) {
      text.append("✗ ").append(firstLine(failure.describe()));
    } else if (value == Acknowledge.INSTANCE) {
      text.append("done");
    } else if (value instanceof UUID id) {
      text.append(RunNames.shortId(id));
    } else if (value instanceof Collection<?> collection) {
      tellList(collection);
    } else if (value instanceof Map<?, ?> map) {
      text.append('{').append(map.size()).append('}');
    } else if (value instanceof byte[] bytes) {
      text.append(bytes.length).append(" bytes");
    } else if (value instanceof Optional<?> optional) {
      tell(optional.orElse(null));
    } else if (value instanceof Record composed) {
      tellRecord(composed);
    } else {
      text.append(value == null ? "-" : firstLine(value.toString()));
    }
  }

  private void tellRecord(Record value) {
    List<@Nullable Object> components = componentsOf(value);
    String type = value.getClass().getSimpleName();
    if (components.isEmpty()) {
      text.append(type);
    } else if (components.size() == 1) {
      if (components.get(0) instanceof UUID) {
        text.append(type.replaceFirst("I[dD]$", "")).append(' ');
      }
      tell(components.get(0));
    } else if (isIdentifier(value)) {
      text.append(value);
    } else {
      text.append(type).append('(');
      tellAll(components, components.size());
      text.append(')');
    }
  }

  /** Identifiers of the product have a text form of their own. */
  private static boolean isIdentifier(Record value) {
    return value.getClass().getPackage() == JobID.class.getPackage();
  }

  private void tellList(Collection<?> collection) {
    text.append('[');
    tellAll(collection, MAX_LISTED);
    int more = collection.size() - MAX_LISTED;
    text.append(more > 0 ? ", and " + more + " more]" : "]");
  }

  private void tellAll(Collection<? extends @Nullable Object> values, int limit) {
    int told = 0;
    for (Object value : values) {
      if (told++ == limit) {
        return;
      }
      text.append(told == 1 ? "" : ", ");
      tell(value);
    }
  }

  private static List<@Nullable Object> componentsOf(Record value) {
    List<@Nullable Object> values = new ArrayList<>();
    try {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        component.getAccessor().trySetAccessible();
        values.add(component.getAccessor().invoke(value));
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Could not read " + value.getClass(), e);
    }
    return values;
  }

  private static String firstLine(String lines) {
    int end = lines.indexOf('\n');
    return end < 0 ? lines : lines.substring(0, end);
  }
}
