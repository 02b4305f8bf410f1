package io.quafka.bench.micro;

import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Rows in and out of the index: what a group of appends puts, and what a fetch looks up.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class IndexBenchmark {
    private static final int RUNS_PER_UPDATE = 64;
    private static final int RUNS_PER_PARTITION = 100;
    private static final int OFFSETS_PER_RUN = 16;
    private static final int RUN_BYTES = 16 << 10;

    @Param({"16", "10000"})
    private int partitions;

    private final Uuid topic = Uuid.randomUuid();
    private Path directory = Path.of("");
    private @Nullable Index index;
    private @Nullable ShardIndex shard;
    private long nextRun;
    private long position;

    /// Fills every partition with some runs, so that lookups find rows on disk.
    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory("index-benchmark");
        index = Index.open(directory, IndexOptions.DEFAULTS);
        shard = index.shard(0);
        for (long run = 0; run < (long) partitions * RUNS_PER_PARTITION; run += RUNS_PER_UPDATE) {
            commitRuns();
        }
        index.flush();
    }

    @TearDown
    public void close() throws IOException {
        if (index != null) {
            index.close();
        }
        Index.destroy(directory);
        Files.deleteIfExists(directory);
    }

    /// Time per run of an update that holds those of a whole group.
    @Benchmark
    @OperationsPerInvocation(RUNS_PER_UPDATE)
    public void commitRuns() {
        try (Update update = shard().newUpdate()) {
            for (int i = 0; i < RUNS_PER_UPDATE; i++) {
                int partition = (int) (nextRun % partitions);
                update.putRun(new PartitionKey(topic, partition), run(nextRun / partitions));
                nextRun++;
            }
            update.appliedTo(position).commit();
        }
    }

    /// Finds the run that holds an offset, anywhere in any partition.
    @Benchmark
    public @Nullable Run lookUp() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        PartitionKey partition = new PartitionKey(topic, random.nextInt(partitions));
        long offset = random.nextLong((long) RUNS_PER_PARTITION * OFFSETS_PER_RUN);
        return shard().runFor(partition, offset);
    }

    private Run run(long number) {
        long base = number * OFFSETS_PER_RUN;
        Run run =
                new Run(
                        base,
                        base + OFFSETS_PER_RUN - 1,
                        position,
                        RUN_BYTES,
                        0,
                        base,
                        base,
                        (number + 1) * RUN_BYTES);
        position += RUN_BYTES;
        return run;
    }

    private ShardIndex shard() {
        if (shard == null) {
            throw new IllegalStateException("not open");
        }
        return shard;
    }
}
