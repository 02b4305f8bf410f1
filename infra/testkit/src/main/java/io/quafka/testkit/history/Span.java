package io.quafka.testkit.history;

/// When an operation was begun and when its outcome was known, in nanoseconds since the history
/// began, on one clock for all clients. No two moments of a history are the same.
public record Span(long begunNanos, long endedNanos) {
    public Span {
        if (begunNanos < 0 || endedNanos < begunNanos) {
            throw new IllegalArgumentException(begunNanos + ".." + endedNanos);
        }
    }

    /// Whether this was over before the other began.
    public boolean precedes(Span other) {
        return endedNanos < other.begunNanos;
    }

    @Override
    public String toString() {
        return "%.6f–%.6f s".formatted(begunNanos / 1e9, endedNanos / 1e9);
    }
}
