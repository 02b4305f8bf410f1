package io.quafka.storage.shard;

import io.quafka.storage.pressure.Orders.TopicOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What a topic holds on this node, over all shards, and what it may. Any thread.
public final class TopicSpace {
    private final AtomicLong live = new AtomicLong();
    private final AtomicLong inFlight = new AtomicLong();
    private final LongAdder appended = new LongAdder();
    private volatile @Nullable TopicOrder order;
    private volatile boolean noticed;

    /// By the shards' writers: bytes came, or are needed no more.
    void add(long bytes) {
        live.addAndGet(bytes);
    }

    void appended(long bytes) {
        appended.add(bytes);
    }

    /// Bytes of records that somebody still needs.
    public long live() {
        return Math.max(0, live.get());
    }

    /// Bytes appended since the process started.
    public long appended() {
        return appended.sum();
    }

    /// What it may hold, from now on; null where nothing limits it.
    public void order(@Nullable TopicOrder decided) {
        order = decided;
    }

    /// True once, for whoever decides to hear of a new topic soon.
    public boolean isNew() {
        boolean fresh = !noticed;
        if (fresh) {
            noticed = true;
        }
        return fresh;
    }

    public @Nullable TopicOrder order() {
        return order;
    }

    /// What it holds, and what was let in but is not appended yet.
    public long held() {
        return live() + inFlight.get();
    }

    /// Lets a batch in, or not. What was let in is to be given back by [#settled] once it was
    /// appended or refused.
    public boolean admit(long bytes) {
        TopicOrder limits = order;
        if (limits != null && held() >= limits.refuseFrom()) {
            return false;
        }
        inFlight.addAndGet(bytes);
        return true;
    }

    public void settled(long bytes) {
        inFlight.addAndGet(-bytes);
    }
}
