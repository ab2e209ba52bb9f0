package org.stellwerk.rpc;

import org.stellwerk.util.IdGenerator;

/** Names of endpoints. */
public final class RpcServiceUtils {

  private RpcServiceUtils() {}

  /** A name with the given prefix that no other endpoint of the process has. */
  public static String createRandomName(String prefix, IdGenerator ids) {
    return prefix + "_" + ids.nextUuid();
  }

  /** A pattern for all names with the given prefix. */
  public static String createWildcardName(String prefix) {
    return prefix + "_*";
  }
}
