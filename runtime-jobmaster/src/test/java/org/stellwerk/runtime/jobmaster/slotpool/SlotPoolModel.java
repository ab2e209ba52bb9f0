package org.stellwerk.runtime.jobmaster.slotpool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.AllocationID;

/**
 * What a slot pool should do, told as simply as possible: time in whole seconds, slots by number,
 * requests by the order in which they were made, everything looked up by going through lists.
 */
final class SlotPoolModel {

  /** Whether a slot is free, given to a request, or used. */
  enum Use {
    FREE,
    GIVEN,
    USED
  }

  private record Request(int number, int count, int deadline, boolean waitsForMore) {}

  static final int REQUEST_TIMEOUT = 5;
  static final int IDLE_TIMEOUT = 3;

  private final int slotsPerTaskManager;
  private final TreeSet<Integer> taskManagers = new TreeSet<>();
  private final Map<Integer, Use> slots = new LinkedHashMap<>();
  private final Map<Integer, Integer> freeSince = new LinkedHashMap<>();
  private Set<Integer> draining = Set.of();
  private final List<Request> waiting = new ArrayList<>();
  private int now;
  private int requests;

  /** What was declared last. */
  int required;

  /** What each request was given. */
  final Map<Integer, List<Integer>> granted = new TreeMap<>();

  /** The requests that failed. */
  final TreeSet<Integer> refused = new TreeSet<>();

  /** The slots that went back to their TaskManagers, in this order. */
  final List<Integer> freed = new ArrayList<>();

  SlotPoolModel(int slotsPerTaskManager) {
    this.slotsPerTaskManager = slotsPerTaskManager;
  }

  int request(int count, boolean waitsForMore) {
    waiting.add(new Request(requests, count, now + REQUEST_TIMEOUT, waitsForMore));
    serve();
    return requests++;
  }

  private void serve() {
    for (Request request : List.copyOf(waiting)) {
      List<Integer> free = new ArrayList<>(freeSince.keySet());
      if (free.size() >= request.count) {
        waiting.remove(request);
        List<Integer> given = free.subList(0, request.count);
        granted.put(request.number, given);
        for (Integer slot : given) {
          freeSince.remove(slot);
          slots.put(slot, Use.GIVEN);
        }
      }
    }
  }

  void register(int taskManager) {
    taskManagers.add(taskManager);
  }

  /** Whether the offer is accepted. */
  boolean offer(int slot) {
    if (!taskManagers.contains(slot / slotsPerTaskManager)) {
      return false;
    }
    if (slots.containsKey(slot)) {
      return true;
    }
    if (staying() >= required || isDraining(slot)) {
      return false;
    }
    becomesFree(slot);
    return true;
  }

  /** Whether a slot in which a task runs already is taken up. */
  boolean adopt(int slot) {
    boolean possible =
        taskManagers.contains(slot / slotsPerTaskManager) && !slots.containsKey(slot);
    if (possible) {
      slots.put(slot, Use.GIVEN);
    }
    return possible;
  }

  /** From now on these TaskManagers are to be left, and no others. */
  void drain(Set<Integer> leaving) {
    draining = leaving;
    for (Integer slot : List.copyOf(freeSince.keySet())) {
      if (isDraining(slot)) {
        free(slot);
      }
    }
  }

  boolean isDraining(int slot) {
    return draining.contains(slot / slotsPerTaskManager);
  }

  /** How many slots the job has. */
  int size() {
    return slots.size();
  }

  /** How many of them are not to be left. */
  int staying() {
    return (int) slots.keySet().stream().filter(slot -> !isDraining(slot)).count();
  }

  /** What the job asks for: its need, and a substitute for each slot that is to be left. */
  int declared() {
    return required + slots.size() - staying();
  }

  void becomesFree(int slot) {
    slots.put(slot, Use.FREE);
    if (isDraining(slot)) {
      free(slot);
      return;
    }
    freeSince.put(slot, now);
    serve();
  }

  void use(int slot) {
    slots.put(slot, Use.USED);
  }

  void lose(int slot) {
    slots.remove(slot);
    freeSince.remove(slot);
  }

  void loseTaskManager(int taskManager) {
    taskManagers.remove(taskManager);
    for (int i = 0; i < slotsPerTaskManager; i++) {
      lose(taskManager * slotsPerTaskManager + i);
    }
  }

  void free(int slot) {
    if (slots.containsKey(slot)) {
      lose(slot);
      freed.add(slot);
    }
  }

  /**
   * Only so many slots will ever be there: who needs more, and does not wait for more, is refused.
   */
  void notEnough(int slots) {
    for (Request request : List.copyOf(waiting)) {
      if (!request.waitsForMore && request.count > slots) {
        waiting.remove(request);
        refused.add(request.number);
      }
    }
  }

  void pass(int seconds) {
    for (int i = 0; i <= seconds; i++) {
      giveIdleBack();
      for (Request request : List.copyOf(waiting)) {
        if (request.deadline == now) {
          waiting.remove(request);
          refused.add(request.number);
        }
      }
      if (i < seconds) {
        now++;
      }
    }
  }

  private void giveIdleBack() {
    for (Integer slot : List.copyOf(freeSince.keySet())) {
      if (staying() > required && freeSince.get(slot) + IDLE_TIMEOUT <= now) {
        free(slot);
      }
    }
  }

  int numberOfRequests() {
    return waiting.size();
  }

  /** The slots in a use. */
  List<AllocationID> slots(Use use) {
    List<AllocationID> all = new ArrayList<>();
    slots.forEach(
        (slot, its) -> {
          if (its == use) {
            all.add(TestGraphs.allocation(slot));
          }
        });
    return all;
  }
}
