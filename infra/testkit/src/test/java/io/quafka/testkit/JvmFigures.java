package io.quafka.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a broker's process costs, as the system and the Java runtime account it.
///
/// @param liveHeapBytes objects that a full collection left
/// @param directBytes direct buffers
/// @param residentBytes memory of the process
record JvmFigures(long liveHeapBytes, long directBytes, long residentBytes) {
    /// Collects garbage first.
    static JvmFigures of(BrokerProcess broker) throws IOException, InterruptedException {
        long heap = liveHeap(broker.pid());
        long direct = (long) Metrics.read(broker, "quafka_direct_memory_used_bytes");
        return new JvmFigures(heap, direct, resident(broker.pid()));
    }

    /// User and system time since the start, in steps of 10 ms.
    static Duration cpu(BrokerProcess broker) {
        return ProcessHandle.of(broker.pid()).orElseThrow().info().totalCpuDuration().orElseThrow();
    }

    /// The last line of a class histogram, which counts live objects only: `Total 1000 50000`.
    private static long liveHeap(long pid) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process =
                new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
                        .redirectErrorStream(true)
                        .start();
        List<String> lines = process.inputReader().lines().toList();
        process.waitFor();
        return lines.stream()
                .filter(line -> line.startsWith("Total "))
                .mapToLong(line -> Long.parseLong(line.strip().split(" +")[2]))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no histogram: " + lines));
    }

    private static long resident(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[1]) << 10)
                .findFirst()
                .orElseThrow();
    }
}
