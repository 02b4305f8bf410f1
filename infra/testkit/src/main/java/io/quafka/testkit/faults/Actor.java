package io.quafka.testkit.faults;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/// A client at work on a thread of its own until it is told to finish. After an error that its
/// Kafka client does not outlive it goes on with another.
final class Actor {
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(200);

    private final String name;
    private final Surroundings surroundings;
    private final Random random;
    private final Work work;
    private final AtomicLong successes = new AtomicLong();
    private volatile boolean finishing;
    private volatile @Nullable Throwable failure;
    private @Nullable Thread thread;

    /// @param seed of its choices
    Actor(String name, Surroundings surroundings, long seed, Work work) {
        this.name = name;
        this.surroundings = surroundings;
        this.random = new Random(seed);
        this.work = work;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    private void run() {
        try {
            for (int instance = 0; !finishing; instance++) {
                workOnce(name + "." + instance);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void workOnce(String by) {
        try {
            work.work(this, by);
        } catch (KafkaException e) {
            surroundings.errors().add(name, e);
            pause(PAUSE_AFTER_ERROR);
        }
    }

    static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    boolean isFinishing() {
        return finishing;
    }

    String name() {
        return name;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Random random() {
        return random;
    }

    /// It got something done.
    void succeeded() {
        successes.incrementAndGet();
    }

    long successes() {
        return successes.get();
    }

    /// What ended it that should not have, or null.
    @Nullable Throwable failure() {
        return failure;
    }

    void finish() {
        finishing = true;
    }

    /// After [#finish].
    ///
    /// @return false if it is still at work after the time
    boolean join(Duration max) throws InterruptedException {
        return thread == null || thread.join(max);
    }
}
