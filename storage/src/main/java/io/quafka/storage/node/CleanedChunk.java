package io.quafka.storage.node;

import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.UncleanableException;
import io.quafka.storage.index.Run;
import io.quafka.storage.shard.Replacement;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs next to each other and what is left of them, gathered until it is worth one write to the
/// commit log. Used by one thread.
final class CleanedChunk {
    /// What is written at once, as produces wait behind it.
    static final int BYTES_MAX = 1 << 20;

    /// Runs replaced at once: the writer compares and deletes as many rows.
    static final int RUNS_MAX = 1024;

    /// A run of this size of which everything stays is not written anew.
    static final int RUN_BYTES_KEPT = 64 << 10;

    /// So many small runs are written anew to make a larger one of them, even if everything stays.
    private static final int RUNS_MERGED_MIN = 16;

    private final List<Run> old = new ArrayList<>();
    private final ByteArrayOutputStream left = new ByteArrayOutputStream();
    private long firstOffset;
    private boolean changed;
    private boolean large;
    private @Nullable ByteBuffer lastHeader;

    /// @param firstOffset where the stretch begins, with a gap perhaps
    CleanedChunk(long firstOffset) {
        this.firstOffset = firstOffset;
    }

    /// Whether what was gathered must be dealt with before this run is.
    boolean isFullFor(Run run) {
        return left.size() >= BYTES_MAX
                || old.size() >= RUNS_MAX
                || large
                || run.lastOffset() - firstOffset > Replacement.STRETCH_MAX
                || (run.length() >= RUN_BYTES_KEPT && !changed && !old.isEmpty());
    }

    void add(Run run, List<ByteBuffer> batches, BatchCleaner cleaner) throws UncleanableException {
        if (old.isEmpty() && run.lastOffset() - firstOffset > Replacement.STRETCH_MAX) {
            firstOffset = run.baseOffset();
        }
        old.add(run);
        boolean same = true;
        for (ByteBuffer batch : batches) {
            ByteBuffer kept = cleaner.clean(batch);
            same &= kept == batch;
            if (kept != null) {
                byte[] bytes = new byte[kept.remaining()];
                kept.get(kept.position(), bytes);
                left.writeBytes(bytes);
            }
        }
        changed |= !same;
        large = same && old.size() == 1 && run.length() >= RUN_BYTES_KEPT;
        ByteBuffer header = BatchCleaner.emptyOf(batches.getLast());
        lastHeader = ByteBuffer.allocate(header.remaining()).put(header.duplicate()).flip();
    }

    boolean isWorthWriting() {
        return changed || old.size() >= RUNS_MERGED_MIN;
    }

    /// Bytes to be written.
    int bytes() {
        return left.size();
    }

    /// Bytes that are left of the runs.
    int bytesLeft() {
        return left.size();
    }

    /// @param lastOffset of the stretch, a gap behind the runs included
    Replacement replacement(long lastOffset) {
        ByteBuffer bytes = ByteBuffer.wrap(left.toByteArray());
        // Something of each stretch stays in the log, to say that what was there before is gone.
        ByteBuffer written = bytes.hasRemaining() || lastHeader == null ? bytes : lastHeader;
        return new Replacement(
                firstOffset,
                Math.min(lastOffset, firstOffset + Replacement.STRETCH_MAX),
                old,
                written);
    }

    void clear(long nextOffset) {
        old.clear();
        left.reset();
        firstOffset = nextOffset;
        changed = false;
        large = false;
        lastHeader = null;
    }
}
