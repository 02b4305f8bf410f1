package io.quafka.storage.shard;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// Tells segments that die by themselves from those that a little keeps alive: where a topic is
/// trimmed as fast as it is written, its oldest segment is gone in seconds, and what would be moved
/// out of it to make it hollow is written for nothing. One thread.
final class Decline {
    /// A segment that is gone within this is waited for.
    static final Duration HORIZON = Duration.ofSeconds(5);

    /// What a segment lost is judged over this, at least.
    static final Duration WINDOW = Duration.ofSeconds(1);

    private final LongSupplier ticker;
    private final Map<Long, Seen> seen = new HashMap<>();

    /// @param live bytes needed then
    private record Seen(long live, long nanos) {}

    /// @param ticker nanoseconds, as [System#nanoTime] gives them
    Decline(LongSupplier ticker) {
        this.ticker = ticker;
    }

    /// Whether to wait for a segment, going by what it lost since it was last judged; the first
    /// time it is.
    ///
    /// @param live bytes that are needed of it now
    boolean isDying(long segment, long live) {
        long now = ticker.getAsLong();
        Seen before = seen.putIfAbsent(segment, new Seen(live, now));
        if (before == null) {
            return true;
        }
        long elapsed = now - before.nanos();
        if (elapsed < WINDOW.toNanos()) {
            return true;
        }
        seen.put(segment, new Seen(live, now));
        long lost = before.live() - live;
        return lost > 0 && (double) live / lost * elapsed <= HORIZON.toNanos();
    }

    /// Forgets segments that are no more.
    void keep(LongPredicate isThere) {
        seen.keySet().removeIf(segment -> !isThere.test(segment));
    }
}
