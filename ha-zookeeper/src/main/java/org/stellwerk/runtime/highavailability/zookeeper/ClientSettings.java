package org.stellwerk.runtime.highavailability.zookeeper;

import org.apache.zookeeper.client.ZKClientConfig;

/**
 * The settings of ZooKeeper's client: its system properties, as everywhere. The class above asks
 * for those of TLS by loading what implements it, with the JVM's list of trusted authorities; that
 * was a tenth of the start of a process, and is done here only where the client is to use TLS
 * ({@code zookeeper.client.secure}).
 */
final class ClientSettings extends ZKClientConfig {

  /** Called by the constructor above. */
  @Override
  protected void handleBackwardCompatibility() {
    if (Boolean.getBoolean(SECURE_CLIENT)) {
      super.handleBackwardCompatibility();
      return;
    }
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith("zookeeper.")
          || name.equals(JUTE_MAXBUFFER)
          || name.equals(JGSS_NATIVE)) {
        setProperty(name, System.getProperty(name));
      }
    }
  }
}
