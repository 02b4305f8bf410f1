package io.quafka.testkit.history;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Gathers what clients do. Safe on any thread. It keeps all of it, some 300 bytes for each record:
/// whoever runs for long bounds its rate.
public final class Recorder {
    private final long startNanos = System.nanoTime();
    private final AtomicLong last = new AtomicLong(-1);
    private final Queue<Op> ops = new ConcurrentLinkedQueue<>();

    /// Now, later than any moment told before.
    public long now() {
        long measured = System.nanoTime() - startNanos;
        return last.updateAndGet(before -> Math.max(before + 1, measured));
    }

    /// From then until now.
    public Span since(long begunNanos) {
        return new Span(begunNanos, now());
    }

    public void add(Op op) {
        ops.add(op);
    }

    public int size() {
        return ops.size();
    }

    /// What was added so far.
    public History history() {
        return new History(List.copyOf(ops));
    }
}
