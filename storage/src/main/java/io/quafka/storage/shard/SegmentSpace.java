package io.quafka.storage.shard;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/// Bytes of each segment that some partition still needs. Changed by the shard's writer, read by
/// its housekeeping.
final class SegmentSpace {
    private final ConcurrentSkipListMap<Long, Long> liveByBase = new ConcurrentSkipListMap<>();

    void restore(Map<Long, Long> live) {
        liveByBase.putAll(live);
    }

    /// @return the segment's live bytes now
    long add(long base, long bytes) {
        return liveByBase.merge(base, bytes, Long::sum);
    }

    long live(long base) {
        return liveByBase.getOrDefault(base, 0L);
    }

    Set<Long> bases() {
        return Set.copyOf(liveByBase.keySet());
    }

    void forget(long base) {
        liveByBase.remove(base);
    }
}
