package org.stellwerk.simulation.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RpcInvocation;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver.MessageKind;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.simulation.page.RunEvent.Content;
import org.stellwerk.simulation.page.RunEvent.Ending;
import org.stellwerk.simulation.page.RunEvent.Fate;
import org.stellwerk.util.ExceptionUtils;

/**
 * The messages of a run and what became of them; the last ones, at most a given number. An endpoint
 * processes calls of one method in the order in which they arrived, which tells the call that it
 * refused.
 */
final class MessageLog {

  private static final Ending UNDER_WAY = new Ending(Fate.UNDER_WAY, 0, 0, "");

  /** Calls that wait for being processed. */
  private record Queue(String node, int incarnation, String endpoint, String label) {}

  private static final class Entry {
    private final long sequence;
    private final SimMessage message;
    private final Content content;
    private Ending ending = UNDER_WAY;

    Entry(long sequence, SimMessage message, Content content) {
      this.sequence = sequence;
      this.message = message;
      this.content = content;
    }

    RunEvent.Message toEvent() {
      return new RunEvent.Message(
          sequence,
          message.sentNanos(),
          RunRecorder.lifeOf(message.from()),
          RunRecorder.lifeOf(message.to()),
          content,
          ending);
    }
  }

  private final RunNames names;
  private final int limit;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<Long, Entry> underWay = new LinkedHashMap<>();
  private final Map<Long, Entry> unanswered = new LinkedHashMap<>();
  private final Map<Queue, Deque<Entry>> waiting = new LinkedHashMap<>();
  private long dropped;

  MessageLog(RunNames names, int limit) {
    this.names = names;
    this.limit = limit;
  }

  /** How many are not kept any more. */
  long dropped() {
    return dropped;
  }

  void addTo(List<RunEvent> events) {
    entries.forEach(entry -> events.add(entry.toEvent()));
  }

  void sent(long sequence, SimMessage message) {
    SimMessage.Payload payload = message.payload();
    MessageText text = new MessageText(names, payload.content());
    Set<JobID> jobs = new LinkedHashSet<>(text.jobs());
    Entry call = unanswered.remove(payload.answers());
    String endpoint = payload.endpoint() == null ? "" : payload.endpoint();
    Set<String> jobIds = new LinkedHashSet<>();
    if (call != null) {
      jobIds.addAll(call.content.jobs());
    }
    jobs.forEach(job -> jobIds.add(job.toString()));
    for (RecordedRun.Job job : names.jobs()) {
      if (endpoint.contains(job.id())) {
        jobIds.add(job.id());
      }
    }
    Content content =
        new Content(
            payload.kind(),
            message.label(),
            endpoint,
            text.text(),
            List.copyOf(jobIds),
            call == null ? 0 : call.sequence);
    add(new Entry(sequence, message, content));
  }

  private void add(Entry entry) {
    if (entries.size() == limit) {
      forget(entries.removeFirst());
      dropped++;
    }
    entries.addLast(entry);
    underWay.put(entry.message.id(), entry);
    if (entry.content.kind() == MessageKind.CALL) {
      unanswered.put(entry.message.id(), entry);
    }
  }

  private void forget(Entry entry) {
    underWay.remove(entry.message.id());
    unanswered.remove(entry.message.id());
  }

  void arrived(long sequence, long id, long nanos) {
    Entry entry = underWay.remove(id);
    if (entry != null) {
      entry.ending = new Ending(Fate.ARRIVED, sequence, nanos, "");
      if (!entry.content.endpoint().isEmpty()) {
        waiting.computeIfAbsent(queueOf(entry), ignored -> new ArrayDeque<>()).add(entry);
      }
    }
  }

  void lost(long sequence, long id, long nanos, String why) {
    Entry entry = underWay.remove(id);
    if (entry != null) {
      entry.ending = new Ending(Fate.LOST, sequence, nanos, why);
      unanswered.remove(id);
    }
  }

  /** An endpoint has processed a call, and may have refused it. */
  void processed(SimNode at, String endpoint, Object message, @Nullable Throwable failure) {
    Object inner = message instanceof FencedMessage<?> fenced ? fenced.payload() : message;
    if (!(inner instanceof RpcInvocation invocation)) {
      return;
    }
    Deque<Entry> queue =
        waiting.get(new Queue(at.name(), at.incarnation(), endpoint, invocation.describe()));
    Entry entry = queue == null ? null : queue.pollFirst();
    if (entry != null && failure != null) {
      Fate fate = failure instanceof FencingTokenException ? Fate.FENCED : Fate.REFUSED;
      entry.ending =
          new Ending(
              fate,
              entry.ending.sequence(),
              entry.ending.nanos(),
              ExceptionUtils.describe(failure));
    }
  }

  /** What waits for an endpoint that has ended is not processed any more. */
  void terminated(SimNode node, String endpoint) {
    waiting
        .keySet()
        .removeIf(
            queue ->
                queue.node().equals(node.name())
                    && queue.incarnation() == node.incarnation()
                    && queue.endpoint().equals(endpoint));
  }

  private static Queue queueOf(Entry entry) {
    SimNode to = entry.message.to();
    return new Queue(to.name(), to.incarnation(), entry.content.endpoint(), entry.message.label());
  }
}
