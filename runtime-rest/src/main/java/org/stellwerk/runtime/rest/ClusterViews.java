package org.stellwerk.runtime.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import org.stellwerk.runtime.messages.Availability;
import org.stellwerk.runtime.messages.ClusterOverview;
import org.stellwerk.runtime.messages.HardwareDescription;
import org.stellwerk.runtime.messages.TaskManagerInfo;

/** The cluster and its TaskManagers as JSON in Flink's shapes. Pure functions. */
final class ClusterViews {

  private static final int REFRESH_MS = 3000;
  private static final long UNKNOWN = -1;
  private static final long MEBIBYTE = 1 << 20;

  private ClusterViews() {}

  /** GET /overview. */
  static ObjectNode overview(ClusterOverview overview, String version) {
    ObjectNode node = Json.object();
    node.put("taskmanagers", overview.taskManagers());
    node.put("slots-total", overview.slotsTotal());
    node.put("slots-available", overview.slotsAvailable());
    node.put("jobs-running", overview.jobsRunning());
    node.put("jobs-finished", overview.jobsFinished());
    node.put("jobs-cancelled", overview.jobsCancelled());
    node.put("jobs-failed", overview.jobsFailed());
    node.put("flink-version", version);
    node.put("flink-commit", version);
    return node;
  }

  /** GET /config. */
  static ObjectNode config(ZoneId zone, long now, String version, boolean canRunJars) {
    ObjectNode node = Json.object();
    node.put("refresh-interval", REFRESH_MS);
    node.put("timezone-name", zone.getDisplayName(TextStyle.FULL, Locale.ROOT));
    node.put(
        "timezone-offset",
        zone.getRules().getOffset(Instant.ofEpochMilli(now)).getTotalSeconds() * 1000);
    node.put("flink-version", version);
    node.put("flink-revision", version);
    ObjectNode features = node.putObject("features");
    features.put("web-submit", canRunJars);
    features.put("web-cancel", true);
    features.put("web-rescale", false);
    features.put("web-history", false);
    return node;
  }

  /** GET /taskmanagers. */
  static ObjectNode taskManagers(List<TaskManagerInfo> infos) {
    ObjectNode node = Json.object();
    ArrayNode list = node.putArray("taskmanagers");
    infos.forEach(info -> putTaskManager(list.addObject(), info));
    return node;
  }

  /** GET /taskmanagers/:taskmanagerid. */
  static ObjectNode taskManager(TaskManagerInfo info) {
    ObjectNode node = Json.object();
    putTaskManager(node, info);
    node.putArray("allocatedSlots");
    ObjectNode metrics = node.putObject("metrics");
    metrics.put("heapUsed", info.hardware().maxHeap() - info.freeHeap());
    metrics.put("heapMax", info.hardware().maxHeap());
    metrics.putArray("garbageCollectors");
    return node;
  }

  private static void putTaskManager(ObjectNode node, TaskManagerInfo info) {
    HardwareDescription hardware = info.hardware();
    node.put("id", info.location().resourceId().value());
    node.put("path", info.rpcAddress());
    node.put("dataPort", info.location().dataPort());
    node.put("jmxPort", UNKNOWN);
    node.put("timeSinceLastHeartbeat", info.lastHeartbeatMs());
    node.put("slotsNumber", info.slotsTotal());
    node.put("freeSlots", info.slotsFree());
    if (info.availability() != Availability.Mode.OPEN) {
      node.put("blocked", true);
    }
    node.put("availability", info.isDrained() ? "DRAINED" : info.availability().name());
    putResource(node.putObject("totalResource"), hardware, info.slotsTotal(), info.slotsTotal());
    putResource(node.putObject("freeResource"), hardware, info.slotsFree(), info.slotsTotal());
    ObjectNode hardwareNode = node.putObject("hardware");
    hardwareNode.put("cpuCores", hardware.cpuCores());
    hardwareNode.put("physicalMemory", hardware.physicalMemory());
    hardwareNode.put("freeMemory", info.freeHeap());
    hardwareNode.put("managedMemory", hardware.managedMemory());
    ObjectNode memory = node.putObject("memoryConfiguration");
    memory.put("taskHeap", hardware.maxHeap());
    memory.put("managedMemory", hardware.managedMemory());
  }

  /** The share of some of the slots; memory in MiB. */
  private static void putResource(
      ObjectNode node, HardwareDescription hardware, int slots, int totalSlots) {
    double share = totalSlots == 0 ? 0 : (double) slots / totalSlots;
    node.put("cpuCores", hardware.cpuCores() * share);
    node.put("taskHeapMemory", (long) (hardware.maxHeap() * share) / MEBIBYTE);
    node.put("taskOffHeapMemory", 0);
    node.put("managedMemory", (long) (hardware.managedMemory() * share) / MEBIBYTE);
    node.put("networkMemory", 0);
    node.putObject("extendedResources");
  }
}
