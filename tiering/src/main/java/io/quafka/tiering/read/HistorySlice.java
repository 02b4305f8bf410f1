package io.quafka.tiering.read;

import io.quafka.tiering.object.AbortedRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Batches of a partition that were read and checked, in memory that is lent.
///
/// To be closed exactly once, by any thread, after the last byte was used; further calls do
/// nothing.
public final class HistorySlice implements AutoCloseable {
    private final List<ByteBuffer> batches;
    private final long nextOffset;
    private final List<AbortedRange> aborted;
    private final List<CachedBlock> blocks;
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param blocks each retained once for this slice
    HistorySlice(
            List<ByteBuffer> batches,
            long nextOffset,
            List<AbortedRange> aborted,
            List<CachedBlock> blocks) {
        this.batches = List.copyOf(batches);
        this.nextOffset = nextOffset;
        this.aborted = List.copyOf(aborted);
        this.blocks = List.copyOf(blocks);
    }

    /// Whole batches, in the order of their offsets: read-only, not to be touched after [#close].
    public List<ByteBuffer> batches() {
        return batches;
    }

    public long bytes() {
        long bytes = 0;
        for (ByteBuffer each : batches) {
            bytes += each.remaining();
        }
        return bytes;
    }

    /// The offset to go on from: behind the last batch, or what was asked for if there is none.
    public long nextOffset() {
        return nextOffset;
    }

    /// Aborted transactions that a reader of committed records of these batches must know of.
    public List<AbortedRange> aborted() {
        return aborted;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            blocks.forEach(CachedBlock::release);
        }
    }
}
