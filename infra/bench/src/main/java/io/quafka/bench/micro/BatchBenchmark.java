package io.quafka.bench.micro;

import io.quafka.bench.client.ProduceRequests;
import io.quafka.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/// What every batch undergoes before it is appended: its checksum, its offset, its epoch.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchBenchmark {
    private static final int RECORD_BYTES = 1024;

    @Param({"1024", "16384", "262144"})
    private int batchBytes;

    private ByteBuffer batch = ByteBuffer.allocate(0);
    private long nextOffset;

    @Setup
    public void build() {
        ByteBuffer heap = ProduceRequests.batch(batchBytes, RECORD_BYTES).buffer();
        batch = ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }

    @Benchmark
    public boolean checkAndStamp() {
        boolean intact = BatchHeader.crcMatches(batch, 0);
        BatchHeader.setBaseOffset(batch, 0, nextOffset++);
        BatchHeader.setLeaderEpoch(batch, 0, 1);
        return intact;
    }
}
