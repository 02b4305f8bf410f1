package io.quafka.bench.micro;

import io.quafka.bench.client.ProduceRequests;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.CommitLog.SealedSegment;
import io.quafka.storage.log.GroupBuilder;
import io.quafka.storage.log.LogOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What a shard's writer does with one group: checks and stamps its batches, gathers, writes once,
/// forces once. Every batch is of another partition.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class AppendBenchmark {
    private static final int BATCH_BYTES = 16 << 10;
    private static final int RECORD_BYTES = 1024;
    private static final int EPOCH = 1;

    /// Older segments are dropped, so that the disk does not fill and space is reused.
    private static final int SEALED_MAX = 4;

    @Param({"1", "16", "64"})
    private int batchesPerGroup;

    @Param({"true", "false"})
    private boolean fsync;

    private final Uuid topic = Uuid.randomUuid();
    private final GroupBuilder group = new GroupBuilder();
    private Path directory = Path.of("");
    private ByteBuffer batch = ByteBuffer.allocate(0);
    private @Nullable CommitLog log;
    private long nextOffset;

    @Setup
    public void open() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("append-benchmark");
        LogOptions defaults = LogOptions.DEFAULT;
        LogOptions options =
                new LogOptions(
                        defaults.segmentBytes(),
                        defaults.segmentBytes(),
                        defaults.reserveBytes(),
                        fsync,
                        defaults.openSegmentsMax());
        CommitLog opened = CommitLog.open(directory, 0, options, InstantSource.system());
        opened.recover(0, _ -> {});
        log = opened;
        ByteBuffer heap = ProduceRequests.batch(BATCH_BYTES, RECORD_BYTES).buffer();
        batch = ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }

    @TearDown
    public void close() throws IOException {
        log().close();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /// Time per group.
    @Benchmark
    public long append() throws IOException, InterruptedException {
        group.clear();
        for (int partition = 0; partition < batchesPerGroup; partition++) {
            if (!BatchHeader.crcMatches(batch, 0)) {
                throw new IllegalStateException("the batch is damaged");
            }
            BatchHeader.setBaseOffset(batch, 0, nextOffset);
            BatchHeader.setLeaderEpoch(batch, 0, EPOCH);
            group.openRun(topic, partition, nextOffset);
            group.addBatch(batch.duplicate());
        }
        group.closeRun();
        nextOffset += BatchHeader.recordCount(batch, 0);
        if (!log().ensureRoom(group.size(), false)) {
            throw new IOException("the disk is full");
        }
        log().append(group, EPOCH);
        log().sync();
        dropOldSegments();
        return log().end();
    }

    private void dropOldSegments() throws IOException {
        List<SealedSegment> sealed = log().sealed();
        if (sealed.size() > SEALED_MAX) {
            log().drop(sealed.getFirst().base());
        }
    }

    private CommitLog log() {
        if (log == null) {
            throw new IllegalStateException("not open");
        }
        return log;
    }
}
