package org.stellwerk.benchmarks.scale;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.rpc.simulation.SimMessage;
import org.stellwerk.rpc.simulation.SimObserver;

/** Measures the steps of a run: CPU time and allocation of this thread, calls and answers. */
final class Meter implements SimObserver {

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<Cost> costs = new ArrayList<>();
  private long messages;
  private long messagesBefore;
  private long cpuBefore;
  private long allocatedBefore;

  @Override
  public void onMessage(SimMessage message) {
    if (message.from() != message.to() && message.kind() != MessageKind.OTHER) {
      messages++;
    }
  }

  /** The next step begins here. */
  void begin() {
    messagesBefore = messages;
    allocatedBefore = threads.getCurrentThreadAllocatedBytes();
    cpuBefore = threads.getCurrentThreadCpuTime();
  }

  /** The step that has begun is over. */
  Cost end(String step) {
    long cpu = threads.getCurrentThreadCpuTime() - cpuBefore;
    long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
    Cost cost = new Cost(step, cpu / 1e9, messages - messagesBefore, allocated);
    costs.add(cost);
    begin();
    return cost;
  }

  List<Cost> costs() {
    return List.copyOf(costs);
  }
}
