package io.quafka.bench.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Watches a broker's processes and the machine from [#start] until [#finish]. Totals come from the
/// kernel's own counters at both ends; the samples between serve maxima, and threads that end
/// before the window does.
public final class Sampler implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(500);

    private final Proc proc;
    private final List<Long> broker;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread thread;

    private final MachineWatch machine;
    private final long brokerTicksAtStart;
    private final Map<Integer, Long> threadTicksAtStart = new HashMap<>();

    /// The last that was seen of each thread. Used by the sampling thread, and after its end by the
    /// caller.
    private final Map<Integer, ProcessStat> threads = new HashMap<>();

    private long residentBytesMax;
    private int openFilesMax;

    private Sampler(Proc proc, Collection<Long> broker, Collection<Long> loads) {
        this.proc = proc;
        this.broker = List.copyOf(broker);
        List<Long> ownProcesses = new ArrayList<>(loads);
        ownProcesses.addAll(broker);
        machine = MachineWatch.start(proc, ownProcesses);
        brokerTicksAtStart = ticks();
        threads().forEach(stat -> threadTicksAtStart.put(stat.id(), stat.ticks()));
        thread = Thread.ofPlatform().name("sampler").daemon().unstarted(this::sampleUntilFinished);
    }

    /// Begins a window.
    ///
    /// @param broker process ids of the broker
    /// @param loads process ids of what makes the load
    public static Sampler start(Proc proc, Collection<Long> broker, Collection<Long> loads) {
        Sampler sampler = new Sampler(proc, broker, loads);
        sampler.thread.start();
        return sampler;
    }

    /// Ends the window. The broker's processes must still be alive, else their CPU time cannot be
    /// known.
    public Window finish() throws InterruptedException {
        stopSampling();
        sample();
        Map<ThreadKind, Long> ticks = ticksByKind();
        return new Window(
                machine.elapsed(),
                ProcessStat.duration(ticks() - brokerTicksAtStart),
                ProcessStat.duration(ticks.getOrDefault(ThreadKind.COMPILER, 0L)),
                ProcessStat.duration(ticks.getOrDefault(ThreadKind.COLLECTOR, 0L)),
                ProcessStat.duration(ticks.getOrDefault(ThreadKind.HOUSEKEEPER, 0L)),
                machine.kernelCpu(),
                residentBytesMax,
                openFilesMax,
                machine.disturbance(List.of()));
    }

    @Override
    public void close() throws InterruptedException {
        stopSampling();
    }

    private Map<ThreadKind, Long> ticksByKind() {
        Map<ThreadKind, Long> ticks = new EnumMap<>(ThreadKind.class);
        for (ProcessStat stat : threads.values()) {
            long used = stat.ticks() - threadTicksAtStart.getOrDefault(stat.id(), 0L);
            ticks.merge(ThreadKind.of(stat.command()), used, Long::sum);
        }
        return ticks;
    }

    private void sampleUntilFinished() {
        try {
            do {
                sample();
            } while (!finished.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sample() {
        threads().forEach(stat -> threads.put(stat.id(), stat));
        residentBytesMax = Math.max(residentBytesMax, proc.residentBytes(broker));
        openFilesMax = Math.max(openFilesMax, proc.openFiles(broker));
    }

    private long ticks() {
        return broker.stream().mapToLong(proc::ticks).sum();
    }

    private List<ProcessStat> threads() {
        return broker.stream().flatMap(pid -> proc.threads(pid).stream()).toList();
    }

    private void stopSampling() throws InterruptedException {
        finished.countDown();
        thread.join();
    }
}
