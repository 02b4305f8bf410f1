package io.quafka.storage.tier;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait after failures: twice as long after each, up to a limit, and at random between
/// half of that and all of it, so that nodes do not come back together.
final class Backoff {
    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private Duration next;

    Backoff(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
        this.next = min;
    }

    void succeeded() {
        next = min;
    }

    /// @param atLeast what the store asked for
    Duration failed(Duration atLeast) {
        long millis = Math.max(1, next.toMillis());
        long wait = millis / 2 + random.nextLong(millis - millis / 2 + 1);
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(max) < 0 ? doubled : max;
        return Duration.ofMillis(Math.max(wait, atLeast.toMillis()));
    }
}
