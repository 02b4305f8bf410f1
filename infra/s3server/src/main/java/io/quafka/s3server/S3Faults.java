package io.quafka.s3server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.blobstore.S3Exceptions;

/// Faults of a store that misbehaves, each a number of times.
public final class S3Faults {
    /// What can go wrong, where.
    public enum Kind {
        /// 503 SlowDown to any request.
        SLOW_DOWN,
        /// 500 after an object or part was stored, an upload completed: the answer is lost.
        LOST_ANSWER,
        /// An object's content ends half way.
        CUT_READ,
        /// A bulk deletion deletes every other key and reports the rest.
        PARTIAL_DELETE
    }

    private static final int SLOW_DOWN_STATUS = 503;
    private static final int LOST_STATUS = 500;

    private final Map<Kind, AtomicInteger> left = new ConcurrentHashMap<>();
    private final AtomicInteger happened = new AtomicInteger();

    /// Lets a fault happen a number of times from now on.
    public void expect(Kind kind, int times) {
        left.put(kind, new AtomicInteger(times));
    }

    /// Faults that happened.
    public int happened() {
        return happened.get();
    }

    boolean happens(Kind kind) {
        AtomicInteger times = left.get(kind);
        boolean now = times != null && times.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        if (now) {
            happened.incrementAndGet();
        }
        return now;
    }

    void before() {
        if (happens(Kind.SLOW_DOWN)) {
            throw S3Exceptions.fromStatusCode(SLOW_DOWN_STATUS, "SlowDown", Map.of(), null);
        }
    }

    <T> T after(T answer) {
        if (happens(Kind.LOST_ANSWER)) {
            throw S3Exceptions.fromStatusCode(LOST_STATUS, "InternalError", Map.of(), null);
        }
        return answer;
    }
}
