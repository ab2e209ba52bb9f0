package org.stellwerk.rpc.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something befalls links, as observers see it.
 *
 * @param from the senders' names; empty if it befalls all links
 * @param to the receivers' names; empty if it befalls all links
 * @param bothWays whether the ways back are meant, too
 * @param what befalls them, in words
 * @param lasts how long by itself; zero for what is over at once, null for what stays until it is
 *     changed
 * @param healthy whether the links are as they should be from now on
 */
public record SimLinkChange(
    List<String> from,
    List<String> to,
    boolean bothWays,
    String what,
    @Nullable Duration lasts,
    boolean healthy) {

  /** Two services make their connections to each other anew, as nothing got through on them. */
  public static final String RENEWED = "connections made anew";

  /** All links of the network are as they should be. */
  static final SimLinkChange HEALED =
      new SimLinkChange(List.of(), List.of(), true, "healed", null, true);

  public SimLinkChange {
    from = List.copyOf(from);
    to = List.copyOf(to);
  }

  /** What stays until it is changed. */
  static SimLinkChange of(
      Collection<String> from, boolean bothWays, Collection<String> to, SimNetwork.Status status) {
    return new SimLinkChange(
        List.copyOf(from),
        List.copyOf(to),
        bothWays,
        status.name(),
        null,
        status == SimNetwork.Status.CONNECTED);
  }

  /** "a, b -> c": which links; "all" for all. */
  public String ways() {
    return from.isEmpty()
        ? "all"
        : String.join(", ", from) + (bothWays ? " <-> " : " -> ") + String.join(", ", to);
  }

  @Override
  public String toString() {
    return ways() + " " + what;
  }
}
