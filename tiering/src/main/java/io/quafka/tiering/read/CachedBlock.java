package io.quafka.tiering.read;

import io.quafka.tiering.object.Block;
import io.quafka.wire.PooledBuffer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/// A block in memory, checked. Counts who holds it; the last one to release gives the memory back.
final class CachedBlock {
    private final Block block;
    private final PooledBuffer memory;
    private final AtomicInteger holders = new AtomicInteger(1);

    /// Whether anybody asked for it, not only a prefetch.
    private volatile boolean read;

    /// Held once, by its maker.
    CachedBlock(Block block, PooledBuffer memory) {
        this.block = block;
        this.memory = memory;
    }

    /// @return false if it was given back already
    boolean retain() {
        return holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
    }

    void release() {
        int left = holders.decrementAndGet();
        if (left == 0) {
            memory.release();
        } else if (left < 0) {
            throw new IllegalStateException("a block was released more often than held");
        }
    }

    Block block() {
        return block;
    }

    /// Its bytes, from 0 to the limit. Only for holders.
    ByteBuffer bytes() {
        return memory.buffer().asReadOnlyBuffer().position(0).limit(block.length());
    }

    int memoryBytes() {
        return memory.buffer().capacity();
    }

    boolean wasRead() {
        return read;
    }

    void markRead() {
        read = true;
    }
}
