package org.stellwerk.simulation.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.stellwerk.rpc.simulation.SimNetwork;

/**
 * What an observer was told of the links, taken apart: "a, b &lt;-&gt; c BLACKHOLE" is which ways,
 * and last what befell them.
 */
record LinkWords(String ways, List<String> processes, String what) {

  static LinkWords parse(String words, Collection<String> known) {
    int last = words.lastIndexOf(' ');
    String ways = last < 0 ? words : words.substring(0, last);
    List<String> named = new ArrayList<>();
    List<String> parts = Arrays.asList(ways.split("[ ,]+"));
    for (String process : known) {
      if (parts.contains(process)) {
        named.add(process);
      }
    }
    return new LinkWords(ways, named, words.substring(last + 1));
  }

  RunEvent.LinkChange at(long sequence, long nanos) {
    boolean healed = what.equals(SimNetwork.Status.CONNECTED.name());
    return new RunEvent.LinkChange(sequence, nanos, ways, processes, what, healed);
  }
}
