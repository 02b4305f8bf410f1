package io.quafka.bench.report;

import java.util.Locale;

/// A figure that a scenario measures of a broker. The order is that of the table.
public enum Metric {
    THROUGHPUT("throughput", "MiB/s", 1),
    CPU_PER_GIB("broker CPU without compiler", "CPU-s/GiB", 2),
    COMPILER_CPU_PER_GIB("bytecode compiler", "CPU-s/GiB", 2),
    COLLECTOR_CPU_PER_GIB("garbage collector (in broker CPU)", "CPU-s/GiB", 2),
    HOUSEKEEPER_CPU_PER_GIB("retention's thread (in broker CPU)", "CPU-s/GiB", 3),
    KERNEL_CPU_PER_GIB("kernel threads (write-back)", "CPU-s/GiB", 2),
    CORES_BUSY("broker CPU without compiler", "cores", 3),
    LATENCY_P50("latency p50", "ms", 3),
    LATENCY_P99("latency p99", "ms", 3),
    LATENCY_P999("latency p99.9", "ms", 3),
    COLD_READ("cold read beside", "MiB/s", 1),
    TRANSACTIONS("rate", "transactions/s", 1),
    COMMITS("rate", "commits/s", 0),
    REBALANCE("rebalance, median", "s", 3),
    REBALANCE_MAX("rebalance, longest", "s", 3),
    GROUPS_LOADED("first metadata answer to all offsets told", "s", 3),
    FDATASYNC_P50("fdatasync of this disk p50", "ms", 3),
    CREATE_ANSWER("CreateTopics answered", "s", 2),
    CREATE_WRITABLE("writable everywhere", "s", 2),
    START_METADATA("start to first metadata answer", "s", 2),
    START_CPU("CPU of the start", "CPU-s", 2),
    RESTART_PRODUCE("restart to first acknowledged produce", "s", 2),
    RESTART_WRITABLE("restart to writable everywhere", "s", 2),
    RESTART_CPU("CPU of the restart", "CPU-s", 2),
    RESIDENT("resident memory", "MiB", 0),
    IDLE_RESIDENT("resident memory after 10 idle seconds", "MiB", 0),
    RESIDENT_PEAK("resident memory, peak of its life", "MiB", 0),
    HEAP_COMMITTED("heap committed", "MiB", 0),
    HEAP_USED("heap used", "MiB", 0),
    OPEN_FILES("open files", "", 0);

    private final String title;
    private final String unit;
    private final int decimals;

    Metric(String title, String unit, int decimals) {
        this.title = title;
        this.unit = unit;
        this.decimals = decimals;
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    String format(double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
