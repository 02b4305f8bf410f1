package io.quafka.testkit.faults;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/// A client at work on a thread of its own until it is told to finish. After an error that its
/// Kafka client does not outlive it goes on with another.
abstract class Actor {
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(200);

    private final String name;
    private final Surroundings surroundings;
    private final Random random;
    private final AtomicLong successes = new AtomicLong();
    private volatile boolean finishing;
    private volatile @Nullable Throwable failure;
    private @Nullable Thread thread;

    Actor(String name, Surroundings surroundings, long seed) {
        this.name = name;
        this.surroundings = surroundings;
        this.random = new Random(seed);
    }

    /// Works until [#isFinishing], or until its Kafka client is of no use any more.
    ///
    /// @param by the name of this instance
    abstract void work(String by);

    final void start() {
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
            work(by);
        } catch (KafkaException e) {
            surroundings.errors().add(name, e);
            pause(PAUSE_AFTER_ERROR);
        }
    }

    static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    final boolean isFinishing() {
        return finishing;
    }

    final String name() {
        return name;
    }

    final Surroundings surroundings() {
        return surroundings;
    }

    final Random random() {
        return random;
    }

    /// It got something done.
    final void succeeded() {
        successes.incrementAndGet();
    }

    final long successes() {
        return successes.get();
    }

    /// What ended it that should not have, or null.
    final @Nullable Throwable failure() {
        return failure;
    }

    final void finish() {
        finishing = true;
    }

    /// After [#finish].
    ///
    /// @return false if it is still at work after the time
    final boolean join(Duration max) throws InterruptedException {
        return thread == null || thread.join(max);
    }
}
