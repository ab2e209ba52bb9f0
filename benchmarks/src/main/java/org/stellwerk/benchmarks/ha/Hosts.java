package org.stellwerk.benchmarks.ha;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Where the processes of a cluster are on the network: all on this host, or each in a network
 * namespace of its own behind one bridge. In the latter case what one sends to another can be lost,
 * silently and in one direction only: the sender's neighbour table is given an Ethernet address
 * that nobody has. The namespaces live in the network and mount namespace of this process, which
 * leader-kill.sh makes, and go with it.
 */
final class Hosts {

  private static final String NETWORK = "10.77.0.";
  private static final String NOBODY = "02:00:00:00:00:01";
  private static final int BRIDGE = 254;

  private final boolean own;
  private int made;

  private Hosts(boolean own) {
    this.own = own;
  }

  /** Everything on this host. */
  static Hosts shared() {
    return new Hosts(false);
  }

  /** Makes the bridge; to be called once in the life of this process. */
  static Hosts separate() throws IOException, InterruptedException {
    ip("link set lo up");
    ip("link add br0 type bridge");
    ip("addr add " + NETWORK + BRIDGE + "/24 dev br0");
    ip("link set br0 up");
    return new Hosts(true);
  }

  /** One more host; its address. */
  String add() throws IOException, InterruptedException {
    if (!own) {
      return "localhost";
    }
    made++;
    String host = "h" + made;
    ip("netns add " + host);
    ip("link add name s" + made + " type veth peer name e0 netns " + host);
    ip("-n " + host + " addr add " + NETWORK + made + "/24 dev e0");
    ip("-n " + host + " link set lo up");
    ip("-n " + host + " link set e0 up");
    ip("link set s" + made + " master br0");
    ip("link set s" + made + " up");
    return NETWORK + made;
  }

  /** The command that runs another one on the host with the address. */
  List<String> prefix(String address) {
    return own ? List.of("ip", "netns", "exec", namespace(address)) : List.of();
  }

  private static String namespace(String address) {
    return "h" + address.substring(NETWORK.length());
  }

  /** From now on nothing that the one sends to the other arrives. */
  void cut(String from, String to) throws IOException, InterruptedException {
    ip(
        "-n "
            + namespace(from)
            + " neigh replace "
            + to
            + " lladdr "
            + NOBODY
            + " dev e0 nud permanent");
  }

  void heal(String from, String to) throws IOException, InterruptedException {
    ip("-n " + namespace(from) + " neigh del " + to + " dev e0");
  }

  private static void ip(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("Not done: " + String.join(" ", command));
    }
  }
}
