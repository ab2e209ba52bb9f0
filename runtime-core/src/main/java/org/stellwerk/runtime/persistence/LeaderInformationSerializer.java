package org.stellwerk.runtime.persistence;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.stellwerk.runtime.leaderelection.LeaderInformation;

/** What a leader publishes, as JSON; as strict as {@link JobGraphSerializer}. Stateless. */
public final class LeaderInformationSerializer {

  private static final int VERSION = 1;

  private LeaderInformationSerializer() {}

  /** The information as a JSON document in UTF-8. */
  public static byte[] toBytes(LeaderInformation information) {
    ObjectNode root = JsonDocument.newObject();
    root.put("version", VERSION);
    root.put("sessionId", information.sessionId().toString());
    root.put("rpcAddressPrefix", information.rpcAddressPrefix());
    root.put("restAddress", information.restAddress());
    return JsonDocument.write(root);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException with one line, if the bytes are not leader information
   */
  public static LeaderInformation fromBytes(byte[] bytes) {
    JsonDocument root = JsonDocument.read("Leader information", VERSION, bytes);
    LeaderInformation information =
        new LeaderInformation(
            root.parsed("sessionId", UUID::fromString),
            root.text("rpcAddressPrefix"),
            root.text("restAddress"));
    root.end();
    return information;
  }
}
