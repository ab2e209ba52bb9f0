package org.stellwerk.simulation.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.stellwerk.rpc.simulation.SimEvent;
import org.stellwerk.rpc.simulation.SimLinkChange;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimObserver;

/** Writes every event of a run to a file, one line each, and between them what befalls nodes. */
final class EventLog implements SimObserver, AutoCloseable {

  private final Path file;
  private final PrintWriter writer;

  EventLog(Path file) throws IOException {
    this.file = file;
    this.writer = new PrintWriter(Files.newBufferedWriter(file));
  }

  @Override
  public void onEvent(SimEvent event) {
    writer.println(event);
  }

  @Override
  public void onFenced(SimNode at, String endpoint, String what) {
    writer.println("  fenced at " + at + " " + endpoint + ": " + what);
  }

  @Override
  public void onNode(SimNode node, NodeEvent event, String detail) {
    writer.println("  " + node + " " + event + " " + detail);
  }

  @Override
  public void onLink(SimLinkChange change) {
    writer.println("  " + change);
  }

  @Override
  public void close() throws IOException {
    boolean failed = writer.checkError();
    writer.close();
    if (failed) {
      throw new IOException("Not everything could be written to " + file);
    }
  }
}
