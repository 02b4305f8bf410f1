package io.quafka.storage.coordinator;

import java.time.InstantSource;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Timer;

/// The node's clock as Kafka's libraries want it: its wall clock decides what has expired, the
/// machine's what is waited for.
record ClockTime(InstantSource clock) implements Time {
    @Override
    public long milliseconds() {
        return clock.millis();
    }

    @Override
    public long hiResClockMs() {
        return SYSTEM.hiResClockMs();
    }

    @Override
    public long nanoseconds() {
        return SYSTEM.nanoseconds();
    }

    @Override
    public void sleep(long ms) {
        SYSTEM.sleep(ms);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs)
            throws InterruptedException {
        SYSTEM.waitObject(object, condition, SYSTEM.milliseconds() + (deadlineMs - clock.millis()));
    }

    @Override
    public Timer timer(long timeoutMs) {
        return SYSTEM.timer(timeoutMs);
    }
}
