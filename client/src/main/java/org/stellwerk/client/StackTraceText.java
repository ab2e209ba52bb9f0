package org.stellwerk.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.SerializedThrowable;

/**
 * Reads the chain of causes out of a printed stack trace, which is all that the REST API tells of a
 * failure. Stateless.
 */
final class StackTraceText {

  private static final String CAUSED_BY = "Caused by: ";
  private static final String CARRIER =
      "org.stellwerk.runtime.messages.SerializedThrowableException";

  private StackTraceText() {}

  /** The failure, with the text as its stack trace. */
  static SerializedThrowable parse(String className, String text) {
    List<String> heads = heads(text);
    if (heads.isEmpty()) {
      return new SerializedThrowable(className, null, text, null);
    }
    SerializedThrowable next = null;
    for (int i = heads.size() - 1; i > 0; i--) {
      next = failure(heads.get(i), "", next);
    }
    return failure(heads.get(0), text, next);
  }

  /** "class: message" of each failure in the chain; a message may go over several lines. */
  private static List<String> heads(String text) {
    List<String> heads = new ArrayList<>();
    StringBuilder head = new StringBuilder();
    boolean inHead = true;
    for (String line : text.lines().toList()) {
      if (line.startsWith(CAUSED_BY)) {
        addIfAny(heads, head);
        head.append(line, CAUSED_BY.length(), line.length());
        inHead = true;
      } else if (line.startsWith("\t") || line.startsWith("    at ")) {
        inHead = false;
      } else if (inHead && !line.isBlank()) {
        head.append(head.isEmpty() ? "" : "\n").append(line);
      }
    }
    addIfAny(heads, head);
    return heads;
  }

  private static void addIfAny(List<String> heads, StringBuilder head) {
    if (!head.isEmpty()) {
      heads.add(head.toString());
      head.setLength(0);
    }
  }

  private static SerializedThrowable failure(
      String head, String stackTrace, @Nullable SerializedThrowable cause) {
    String told = head.startsWith(CARRIER + ": ") ? head.substring(CARRIER.length() + 2) : head;
    int colon = told.indexOf(": ");
    boolean namesClass = colon < 0 || looksLikeClass(told.substring(0, colon));
    if (!namesClass) {
      return new SerializedThrowable("java.lang.Exception", told, stackTrace, cause);
    }
    String className = colon < 0 ? told : told.substring(0, colon);
    String message = colon < 0 ? null : told.substring(colon + 2);
    return new SerializedThrowable(className, message, stackTrace, cause);
  }

  private static boolean looksLikeClass(String text) {
    return !text.isEmpty()
        && !text.toLowerCase(Locale.ROOT).contains(" ")
        && text.chars().allMatch(c -> Character.isJavaIdentifierPart(c) || c == '.');
  }
}
