package org.stellwerk.rpc.akka;

import akka.actor.ActorRef;
import akka.actor.ActorRefWithCell;
import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.Props;
import akka.io.Tcp;
import akka.io.TcpMessage;
import akka.io.TcpOutgoingConnection;
import java.util.ArrayList;
import java.util.List;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The connections that Artery has made to other processes. Artery makes one anew when it breaks,
 * and has no way to be told that one is of no use any more; but each is an actor, which ends its
 * connection when it is told to abort. Thread-safe.
 */
final class OutboundConnections {

  private final ActorSystem system;

  OutboundConnections(ActorSystem system) {
    this.system = system;
  }

  /**
   * Ends those to a process at once; what was on its way on them is lost. Artery makes new ones.
   *
   * @return how many there were
   */
  int abort(String process) {
    Address address = AddressFromURIString.parse(process);
    List<ActorRef> found = new ArrayList<>();
    collect(Tcp.get(system).manager(), address, found);
    found.forEach(connection -> connection.tell(TcpMessage.abort(), ActorRef.noSender()));
    return found.size();
  }

  private static void collect(ActorRef parent, Address address, List<ActorRef> found) {
    if (!(parent instanceof ActorRefWithCell local)) {
      return;
    }
    if (leadsTo(local.underlying().props(), address)) {
      found.add(local);
    }
    for (ActorRef child : CollectionConverters.asJava(local.children())) {
      collect(child, address, found);
    }
  }

  private static boolean leadsTo(Props props, Address address) {
    if (props.actorClass() != TcpOutgoingConnection.class) {
      return false;
    }
    for (Object argument : CollectionConverters.asJava(props.args())) {
      if (argument instanceof Tcp.Connect made) {
        return address.host().contains(made.remoteAddress().getHostString())
            && address.port().contains(made.remoteAddress().getPort());
      }
    }
    return false;
  }
}
