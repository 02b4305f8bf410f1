package io.quafka.tiering.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Counts requests by operation.
public final class CountingMeter implements StoreMeter {
    private final AtomicLongArray counts = new AtomicLongArray(StoreOperation.values().length);
    private final AtomicLongArray bytes = new AtomicLongArray(StoreOperation.values().length);
    private final AtomicLong failures = new AtomicLong();

    @Override
    public void request(StoreOperation operation, boolean succeeded, long count, long nanos) {
        counts.incrementAndGet(operation.ordinal());
        bytes.addAndGet(operation.ordinal(), count);
        if (!succeeded) {
            failures.incrementAndGet();
        }
    }

    public long count(StoreOperation operation) {
        return counts.get(operation.ordinal());
    }

    public long bytes(StoreOperation operation) {
        return bytes.get(operation.ordinal());
    }

    public long failures() {
        return failures.get();
    }
}
