package org.stellwerk.simulation.schedule;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.stellwerk.util.NearestName;

/** The names of all actions, which are those of their records. */
public final class Vocabulary {

  private static final Map<String, Class<? extends Action>> ACTIONS = collect();

  private Vocabulary() {}

  private static Map<String, Class<? extends Action>> collect() {
    Map<String, Class<? extends Action>> actions = new LinkedHashMap<>();
    collect(Action.class, actions);
    return Collections.unmodifiableMap(actions);
  }

  private static void collect(Class<?> type, Map<String, Class<? extends Action>> into) {
    if (type.isRecord()) {
      into.put(RecordText.nameOf(type), type.asSubclass(Action.class));
      return;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      collect(permitted, into);
    }
  }

  /** The kinds of actions by name. */
  static Map<String, Class<? extends Action>> actions() {
    return ACTIONS;
  }

  /** The name of an action's kind. */
  public static String nameOf(Action action) {
    return RecordText.nameOf(action.getClass());
  }

  /** The names of all kinds. */
  public static Set<String> names() {
    return ACTIONS.keySet();
  }

  /** How each action is written, one line each. */
  public static List<String> usages() {
    return ACTIONS.values().stream().map(RecordText::usage).toList();
  }

  /** How the moments are written that a step can wait for. */
  public static String moments() {
    return Stream.of(Moment.values()).map(ValueText::format).collect(Collectors.joining(", "));
  }

  static Class<? extends Action> actionNamed(String name) {
    Class<? extends Action> action = ACTIONS.get(name);
    if (action == null) {
      throw new IllegalArgumentException(
          "there is no action '" + name + "'" + NearestName.hint(name, ACTIONS.keySet()));
    }
    return action;
  }
}
