package org.stellwerk.dist;

import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.logging.log4j.LogManager;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.stellwerk.util.ExceptionUtils;

/**
 * A real ZooKeeper server in a process of its own, from the bundled jars: the default coordination
 * service of a single host. The configuration is ZooKeeper's own; a relative data directory is
 * below the installation's.
 */
public final class ZooKeeperServerRunner {

  private ZooKeeperServerRunner() {}

  /** Runs until the process is ended; the one argument is the path of zoo.cfg. */
  public static void main(String[] args) {
    System.setProperty("zookeeper.jmx.log4j.disable", "true");
    System.setProperty("zookeeper.audit.enable", "false");
    try {
      if (args.length != 1) {
        throw new StartupException("Usage: ZooKeeperServerRunner ZOO_CFG");
      }
      run(Path.of(args[0]));
    } catch (Throwable t) {
      Throwable failure = ExceptionUtils.stripCompletionException(t);
      String reason =
          ExceptionUtils.findThrowable(failure, BindException.class).isPresent()
              ? "the clientPort of zoo.cfg is taken by another process; stop that, or set another"
                  + " clientPort and high-availability.zookeeper.quorum"
              : ExceptionUtils.describe(failure);
      System.err.println("ZooKeeper could not start: " + reason);
      LogManager.shutdown();
      Runtime.getRuntime().halt(1);
    }
  }

  private static void run(Path file) throws Exception {
    QuorumPeerConfig config = new QuorumPeerConfig();
    config.parseProperties(read(file));
    if (config.isDistributed()) {
      markReady();
      new QuorumPeerMain().runFromConfig(config);
      return;
    }
    ServerConfig server = new ServerConfig();
    server.readFrom(config);
    new ZooKeeperServerMain() {
      @Override
      protected void serverStarted() {
        markReady();
      }
    }.runFromConfig(server);
  }

  private static Properties read(Path file) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    }
    for (String key : new String[] {"dataDir", "dataLogDir"}) {
      String directory = properties.getProperty(key);
      if (directory != null) {
        Path absolute = ProcessRunner.Directories.data().resolve(directory.trim());
        properties.setProperty(key, ProcessRunner.Directories.create(absolute).toString());
      }
    }
    return properties;
  }

  private static void markReady() {
    String ready = System.getProperty("stellwerk.ready.file");
    if (ready != null) {
      ProcessRunner.Directories.create(Path.of(ready));
    }
  }
}
