package io.quafka.storage.batch;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Batches for tests.
final class Batches {
    private Batches() {}

    /// The same bytes as Kafka's own reader sees them.
    static DefaultRecordBatch kafka(ByteBuffer batch) {
        return (DefaultRecordBatch)
                MemoryRecords.readableRecords(batch.duplicate()).batches().iterator().next();
    }

    static ByteBuffer direct(ByteBuffer batch) {
        return ByteBuffer.allocateDirect(batch.remaining()).put(batch.duplicate()).flip();
    }
}
