package io.quafka.gateway.quota;

import java.time.Duration;

/// How many changes of topics a payer may make at once, as Kafka's token bucket has it (KIP-599):
/// it fills at the bound, up to so many seconds' worth, and may be overdrawn by the last change
/// that it let through. Immutable.
///
/// @param tokens that there were; below 0 for a debt
/// @param bound tokens a second; above 0
/// @param atMillis when
record Bucket(double tokens, double bound, long atMillis) {
    /// As many samples of a second as Kafka's controllers keep by default.
    static final int BURST_SECONDS = 11;

    private static final double MILLIS_PER_SECOND = 1_000;
    private static final long MILLIS_MAX = Duration.ofDays(365).toMillis();

    static Bucket full(double bound, long nowMillis) {
        return new Bucket(BURST_SECONDS * bound, bound, nowMillis);
    }

    /// The same later, by a bound that may be another.
    Bucket at(double newBound, long nowMillis) {
        double seconds = Math.max(0, nowMillis - atMillis) / MILLIS_PER_SECOND;
        return new Bucket(
                Math.min(BURST_SECONDS * newBound, tokens + seconds * newBound),
                newBound,
                Math.max(atMillis, nowMillis));
    }

    /// The same with so many taken out, or, for a negative number, given back.
    Bucket less(double amount) {
        return new Bucket(Math.min(BURST_SECONDS * bound, tokens - amount), bound, atMillis);
    }

    /// Less than half a millisecond's debt is none, so that who waited as it was told has none.
    boolean isOverdrawn() {
        return debtMillis() > 0;
    }

    /// For how long to wait until there is no debt; 0 where there is none.
    long debtMillis() {
        return millis(-tokens);
    }

    /// After so long it is as if there never had been a change.
    Duration untilFull() {
        return Duration.ofMillis(1 + millis(BURST_SECONDS * bound - tokens));
    }

    private long millis(double missing) {
        double wait = Math.max(0, missing) / bound * MILLIS_PER_SECOND;
        return Math.round(Math.min(wait, MILLIS_MAX));
    }
}
