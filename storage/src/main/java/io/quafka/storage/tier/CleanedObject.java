package io.quafka.storage.tier;

import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.UncleanableException;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ObjectCommit.Placed;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What compaction leaves of ranges of one partition, on its way into an object.
///
/// A range keeps its offsets, whatever is gone of them, so that it takes the place of just what it
/// was made of. Its last batch stays, without records if need be: who reads from any offset of the
/// range on finds one, and goes on behind it. Used by one thread.
final class CleanedObject {
    private static final int BUFFER_BYTES = 256 << 10;

    private final PartitionKey key;
    private final TieredPartition target;
    private final long number;
    private final ObjectWriter writer;
    private final BatchCleaner cleaner;
    private final List<Placed> placed = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable TieredRange range;
    private long position;
    private long maxTimestamp;
    private long maxTimestampOfEmpty;
    private boolean changed;

    /// @param number of the object
    CleanedObject(PartitionKey key, long number, ObjectWriter writer, BatchCleaner cleaner) {
        this.key = key;
        this.target = new TieredPartition(key.topicId(), key.partition());
        this.number = number;
        this.writer = writer;
        this.cleaner = cleaner;
    }

    /// What is added from here on is of this range, which lies behind the last one.
    void begin(TieredRange next) {
        range = next;
        writer.endStretch();
        position = writer.size();
        maxTimestamp = BatchHeader.NO_TIMESTAMP;
        maxTimestampOfEmpty = BatchHeader.NO_TIMESTAMP;
    }

    /// @param batch not used after this
    void add(ByteBuffer batch) throws IOException, UncleanableException {
        long lastOffset = BatchHeader.lastOffset(batch, batch.position());
        ByteBuffer left = cleaner.clean(batch);
        if (left == null && lastOffset == Objects.requireNonNull(range).lastOffset()) {
            left = BatchCleaner.emptyOf(batch);
        }
        changed |= left != batch;
        if (left == null) {
            return;
        }
        int at = left.position();
        long timestamp = BatchHeader.maxTimestamp(left, at);
        if (BatchHeader.recordCount(left, at) > 0) {
            maxTimestamp = Math.max(maxTimestamp, timestamp);
        } else {
            maxTimestampOfEmpty = Math.max(maxTimestampOfEmpty, timestamp);
        }
        if (buffer.remaining() < left.remaining()) {
            flush();
        }
        if (buffer.capacity() < left.remaining()) {
            writer.append(target, left.duplicate());
        } else {
            buffer.put(left.duplicate());
        }
    }

    /// The range's last batch was added.
    ///
    /// @return bytes that are left of it
    long end() throws IOException {
        flush();
        TieredRange old = Objects.requireNonNull(range);
        long length = writer.size() - position;
        // Without any record, the time that retention goes by is that of the records there were.
        long timestamp =
                maxTimestamp == BatchHeader.NO_TIMESTAMP ? maxTimestampOfEmpty : maxTimestamp;
        placed.add(
                new Placed(
                        key,
                        new TieredRange(
                                old.baseOffset(),
                                old.lastOffset(),
                                number,
                                position,
                                length,
                                old.leaderEpoch(),
                                timestamp,
                                old.cumulativeMaxTimestamp(),
                                old.cumulativeBytes())));
        return length;
    }

    private void flush() throws IOException {
        buffer.flip();
        if (buffer.hasRemaining()) {
            writer.append(target, buffer);
        }
        buffer.clear();
    }

    /// Whether what is left is not all that there was.
    boolean isChanged() {
        return changed;
    }

    /// The ranges, in the order of the adding.
    List<Placed> placed() {
        return placed;
    }
}
