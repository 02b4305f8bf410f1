package io.quafka.bench.scenario;

import io.quafka.bench.load.LoadResult;
import io.quafka.bench.process.Disturbance;
import io.quafka.bench.process.Heap;
import io.quafka.bench.process.Window;
import io.quafka.bench.report.Metric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// The figures of one measurement as they come in. Not for use by several threads.
public final class Reading {
    private static final double BYTES_PER_MEBIBYTE = 1024.0 * 1024.0;

    private final Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    private Disturbance disturbance = Disturbance.NONE;

    public Map<Metric, Double> figures() {
        return figures;
    }

    public Disturbance disturbance() {
        return disturbance;
    }

    /// Adds a figure.
    public Reading put(Metric metric, double value) {
        figures.put(metric, value);
        return this;
    }

    Reading putSeconds(Metric metric, Duration duration) {
        return put(metric, seconds(duration));
    }

    Reading putMebibytes(Metric metric, long bytes) {
        return put(metric, bytes / BYTES_PER_MEBIBYTE);
    }

    /// Tells who disturbed the measurement.
    public Reading putDisturbance(Disturbance others) {
        disturbance = others;
        return this;
    }

    Reading putHeap(Heap heap) {
        return putMebibytes(Metric.HEAP_COMMITTED, heap.committedBytes())
                .putMebibytes(Metric.HEAP_USED, heap.usedBytes());
    }

    /// Memory and files of the broker during a window, and who disturbed it.
    Reading putWindow(Window window) {
        return putDisturbance(window.disturbance())
                .putMebibytes(Metric.RESIDENT, window.residentBytes())
                .put(Metric.OPEN_FILES, window.openFiles());
    }

    /// Throughput, and CPU time for each GiB of it.
    Reading putVolume(LoadResult load, Window window) {
        double gibibytes = load.gibibytes();
        return put(Metric.THROUGHPUT, load.mebibytesPerSecond())
                .put(Metric.CPU_PER_GIB, seconds(window.steadyCpu()) / gibibytes)
                .put(Metric.COMPILER_CPU_PER_GIB, seconds(window.compilerCpu()) / gibibytes)
                .put(Metric.COLLECTOR_CPU_PER_GIB, seconds(window.collectorCpu()) / gibibytes)
                .put(Metric.HOUSEKEEPER_CPU_PER_GIB, seconds(window.housekeeperCpu()) / gibibytes)
                .put(Metric.KERNEL_CPU_PER_GIB, seconds(window.kernelCpu()) / gibibytes);
    }

    Reading putCores(Window window) {
        return put(Metric.CORES_BUSY, seconds(window.steadyCpu()) / seconds(window.length()));
    }

    Reading putLatency(LoadResult load) {
        for (LoadResult.Latency latency : load.latency()) {
            if (latency.percentile() == 50) {
                put(Metric.LATENCY_P50, latency.milliseconds());
            } else if (latency.percentile() == 99) {
                put(Metric.LATENCY_P99, latency.milliseconds());
            } else if (latency.percentile() == 99.9) {
                put(Metric.LATENCY_P999, latency.milliseconds());
            }
        }
        return this;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
