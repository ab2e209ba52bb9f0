package org.apache.flink.rpcbench.stellwerk;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.rpcbench.SlotReport;

/**
 * The harness's slot report as records, which is what our wire carries. Made anew for every call,
 * within the measured time.
 */
public record Report(String worker, List<Slot> slots) {

    /** State of one slot; a free one has neither allocation nor job. */
    public record Slot(SlotId slotId, Profile profile, Id allocation, Id job) {}

    /** Identifies a slot. */
    public record SlotId(String worker, int index) {}

    /** Resources of a slot. */
    public record Profile(
            double cpu, long heapBytes, long offHeapBytes, long managedBytes, long networkBytes) {}

    /** A 128-bit id. */
    public record Id(long hi, long lo) {
        static Id of(SlotReport.Id id) {
            return id == null ? null : new Id(id.hi, id.lo);
        }
    }

    static Report of(SlotReport report) {
        List<Slot> slots = new ArrayList<>(report.slots.size());
        for (SlotReport.SlotStatus s : report.slots) {
            SlotReport.Profile p = s.profile;
            slots.add(
                    new Slot(
                            new SlotId(s.slotId.worker, s.slotId.index),
                            new Profile(
                                    p.cpu,
                                    p.heapBytes,
                                    p.offHeapBytes,
                                    p.managedBytes,
                                    p.networkBytes),
                            Id.of(s.allocation),
                            Id.of(s.job)));
        }
        return new Report(report.worker, slots);
    }
}
