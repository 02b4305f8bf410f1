package io.quafka.tiering.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.quafka.s3server.S3Server;
import io.quafka.tiering.object.Batches;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.object.WrittenObject;
import io.quafka.tiering.read.HistoryConfig;
import io.quafka.tiering.read.HistoryReader;
import io.quafka.tiering.read.HistorySlice;
import io.quafka.tiering.read.ObjectRange;
import io.quafka.tiering.store.CountingMeter;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreOperation;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Measures upload and cold sequential read against an S3 server in a process of its own. Not run
/// by itself: `./mvnw -pl tiering test -Dtest=ColdReadBench`.
class ColdReadBench {
    private static final int BATCHES = 2_000;
    private static final int BATCH_BYTES = 128 << 10;

    /// What a consumer asks for by default, and what one of history may.
    private static final int[] FETCH_BYTES = {1 << 20, 8 << 20};

    /// So many, read in turn, that nothing of one is in memory when it is read again.
    private static final int OBJECTS = 3;

    private static final int WARM_UP_REQUESTS = 3_000;
    private static final int ROUNDS = 12;
    private static final double SHARE_MIN = 0.6;
    private static final TieredPartition PARTITION = new TieredPartition(new Uuid(1, 1), 0);

    @TempDir Path directory;

    @Test
    void readsColdHistory() throws Exception {
        Process server =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                S3Server.class.getName(),
                                directory.toString(),
                                "0")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            String line = server.inputReader().readLine();
            while (line != null && !line.startsWith("http://")) {
                line = server.inputReader().readLine();
            }
            measure(URI.create(String.valueOf(line)));
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static void measure(URI endpoint) throws Exception {
        CountingMeter meter = new CountingMeter();
        S3Config base = TestConfigs.of(endpoint, "");
        S3Config config =
                new S3Config(
                        base.location(), base.credentials(), base.handling(), S3Limits.DEFAULT);
        try (ObjectStore store = S3Store.open(config, meter)) {
            List<ObjectRange> ranges = upload(store, meter);
            warmUp(store, ranges.getFirst());
            for (int fetchBytes : FETCH_BYTES) {
                compare(store, ranges, fetchBytes);
            }
        }
    }

    private static void compare(ObjectStore store, List<ObjectRange> ranges, int fetchBytes)
            throws Exception {
        ByteBuffer whole = ByteBuffer.allocate((int) ranges.getFirst().size());
        double rawBest = 0;
        double readerBest = 0;
        try (HistoryReader reader = new HistoryReader(store, HistoryConfig.DEFAULT)) {
            for (int round = 0; round < ROUNDS; round++) {
                ObjectRange range = ranges.get(round % ranges.size());
                long start = cpu();
                double raw = raw(store, range, whole.clear());
                long between = cpu();
                double read = read(reader, range, fetchBytes);
                System.out.printf(
                        "raw client %.0f MiB/s, %.2f CPU-s/GiB; reader %.0f MiB/s, %.2f CPU-s/GiB%n",
                        raw,
                        perGib(between - start, range.size()),
                        read,
                        perGib(cpu() - between, range.size()));
                rawBest = Math.max(rawBest, raw);
                readerBest = Math.max(readerBest, read);
            }
        }
        System.out.printf(
                "best, %d MiB a fetch: raw client %.0f MiB/s, reader %.0f MiB/s: %.0f %%%n",
                fetchBytes >> 20, rawBest, readerBest, 100 * readerBest / rawBest);
        assertThat(readerBest).isGreaterThan(SHARE_MIN * rawBest);
    }

    /// A client that has just started spends most of its time on being compiled.
    private static void warmUp(ObjectStore store, ObjectRange range) throws Exception {
        ByteBuffer small = ByteBuffer.allocateDirect(1 << 10);
        for (int i = 0; i < WARM_UP_REQUESTS; i++) {
            store.read(range.key(), i, small.clear());
        }
    }

    private static double perGib(long cpuNanos, long bytes) {
        return cpuNanos / 1e9 / (bytes / (double) (1 << 30));
    }

    private static List<ObjectRange> upload(ObjectStore store, CountingMeter meter)
            throws Exception {
        ByteBuffer[] batches = new ByteBuffer[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            batches[i] = Batches.batch(i, 1, BATCH_BYTES, 0, i);
        }
        List<ObjectRange> ranges = new ArrayList<>();
        for (int i = 1; i < OBJECTS; i++) {
            ranges.add(write(store, "bench-" + i, batches));
        }
        long cpu = cpu();
        long start = System.nanoTime();
        long puts = meter.count(StoreOperation.PUT);
        ranges.add(write(store, "bench", batches));
        double seconds = (System.nanoTime() - start) / 1e9;
        double gib = ranges.getLast().size() / (double) (1 << 30);
        System.out.printf(
                "upload %.0f MiB/s, %.2f CPU-s/GiB, %d PUTs for %.0f MiB%n",
                gib * 1024 / seconds,
                (cpu() - cpu) / 1e9 / gib,
                meter.count(StoreOperation.PUT) - puts,
                gib * 1024);
        return ranges;
    }

    private static ObjectRange write(ObjectStore store, String key, ByteBuffer[] batches)
            throws Exception {
        ObjectOrigin origin = new ObjectOrigin(0, 0, 0, 0);
        try (ObjectWriter writer =
                ObjectWriter.begin(store, key, origin, ObjectWriter.BLOCK_BYTES)) {
            for (ByteBuffer each : batches) {
                writer.append(PARTITION, each.duplicate());
            }
            WrittenObject written = writer.commit();
            return new ObjectRange(written.stored().key(), written.stored().size(), 0, BATCHES - 1);
        }
    }

    /// One request for the whole object.
    private static double raw(ObjectStore store, ObjectRange range, ByteBuffer whole)
            throws Exception {
        long start = System.nanoTime();
        assertThat(store.read(range.key(), 0, whole)).isEqualTo(whole.capacity());
        return mibPerSecond(range.size(), start);
    }

    /// Counts what came from the store, and nothing that was in memory still.
    private static double read(HistoryReader reader, ObjectRange range, int fetchBytes)
            throws Exception {
        long before = reader.counters().loadedBytes();
        long start = System.nanoTime();
        long next = 0;
        while (next <= range.lastOffset()) {
            try (HistorySlice slice =
                    reader.read(PARTITION, List.of(range), next, fetchBytes).get()) {
                next = slice.nextOffset();
            }
        }
        return mibPerSecond(reader.counters().loadedBytes() - before, start);
    }

    private static double mibPerSecond(long bytes, long startNanos) {
        return bytes / (double) (1 << 20) / ((System.nanoTime() - startNanos) / 1e9);
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
