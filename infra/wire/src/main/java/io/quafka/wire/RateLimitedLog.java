package io.quafka.wire;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/// A log that hostile input cannot flood: a number of lines each second, the rest counted.
public final class RateLimitedLog {
    private static final int LINES_PER_SECOND_MAX = 10;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Logger log;
    private final AtomicLong windowStart = new AtomicLong(System.nanoTime());
    private final AtomicInteger lines = new AtomicInteger();
    private final AtomicLong suppressed = new AtomicLong();

    public RateLimitedLog(Logger log) {
        this.log = log;
    }

    /// A builder that logs nothing when the second's lines are used up.
    public LoggingEventBuilder at(Level level) {
        long now = System.nanoTime();
        long start = windowStart.get();
        if (now - start > SECOND_NANOS && windowStart.compareAndSet(start, now)) {
            lines.set(0);
        }
        if (lines.incrementAndGet() > LINES_PER_SECOND_MAX) {
            suppressed.incrementAndGet();
            return org.slf4j.spi.NOPLoggingEventBuilder.singleton();
        }
        LoggingEventBuilder builder = log.atLevel(level);
        long skipped = suppressed.getAndSet(0);
        return skipped == 0 ? builder : builder.addKeyValue("linesSuppressed", skipped);
    }
}
