package io.quafka.storage.shard;

import io.quafka.wire.LatencyHistogram;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// What a shard's writer has done since its start. Added to once for each group; read by any
/// thread.
public final class AppendCounters {
    private final LongAdder groups = new LongAdder();
    private final LongAdder appends = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder records = new LongAdder();
    private final LatencyHistogram syncs = new LatencyHistogram();

    AppendCounters() {}

    void wrote(List<AppendRequest> requests, long tookNanos) {
        long sum = 0;
        for (AppendRequest request : requests) {
            sum += request.bytes();
        }
        groups.increment();
        appends.add(requests.size());
        bytes.add(sum);
        nanos.add(tookNanos);
    }

    void stored(long recordCount, long syncTookNanos) {
        records.add(recordCount);
        syncs.record(syncTookNanos);
    }

    /// Append groups written and made durable.
    public long groups() {
        return groups.sum();
    }

    /// Requests in those groups, refused ones too.
    public long appends() {
        return appends.sum();
    }

    /// Bytes of those requests.
    public long bytes() {
        return bytes.sum();
    }

    /// Time that writing and forcing took.
    public long nanos() {
        return nanos.sum();
    }

    /// Of that time, what forcing took, each time.
    public LatencyHistogram.Figures syncs() {
        return syncs.figures();
    }

    /// Records made durable: those of batches that were not refused.
    public long records() {
        return records.sum();
    }
}
