package io.quafka.bench.process;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// Tells what the machine did since a moment, and how much of it was somebody else's.
public final class MachineWatch {
    private final Proc proc;
    private final long startNanos = System.nanoTime();
    private final MachineStat atStart;
    private final long kernelTicksAtStart;
    private final Map<Long, Long> ownTicksAtStart = new HashMap<>();

    private MachineWatch(Proc proc, Collection<Long> ownProcesses) {
        this.proc = proc;
        atStart = proc.machine();
        kernelTicksAtStart = proc.kernelThreadTicks();
        ownTicksAtStart.put(ProcessHandle.current().pid(), 0L);
        ownProcesses.forEach(pid -> ownTicksAtStart.put(pid, 0L));
        ownTicksAtStart.replaceAll((pid, _) -> proc.ticksWithChildren(pid));
    }

    /// Begins to watch.
    ///
    /// @param ownProcesses ids of processes that are already there and disturb nobody, beside this
    ///   one
    public static MachineWatch start(Proc proc, Collection<Long> ownProcesses) {
        return new MachineWatch(proc, ownProcesses);
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /// CPU time of the kernel's own threads since the start.
    Duration kernelCpu() {
        return ProcessStat.duration(kernelTicks());
    }

    /// What others took since the start.
    ///
    /// @param newProcesses ids of processes that were started since and are own ones too; they must
    ///   still live
    public Disturbance disturbance(Collection<Long> newProcesses) {
        int cores = Runtime.getRuntime().availableProcessors();
        long capacityTicks = elapsed().toMillis() * ProcessStat.TICKS_PER_SECOND / 1000 * cores;
        MachineStat now = proc.machine();
        long ownTicks = newProcesses.stream().mapToLong(proc::ticksWithChildren).sum();
        for (var entry : ownTicksAtStart.entrySet()) {
            ownTicks += proc.ticksWithChildren(entry.getKey()) - entry.getValue();
        }
        return Disturbance.of(
                now.busyTicks() - atStart.busyTicks(),
                ownTicks,
                kernelTicks(),
                now.stealTicks() - atStart.stealTicks(),
                capacityTicks);
    }

    private long kernelTicks() {
        return proc.kernelThreadTicks() - kernelTicksAtStart;
    }
}
