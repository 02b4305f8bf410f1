package io.quafka.storage.shard;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.log.CommitLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/// What of a shard's log a new replica needs: the sealed segments in which something lives that
/// does not lie in an object, and everything from some position on. What no partition needs any
/// more, and what lies in objects, is not copied.
///
/// It holds for any later moment too: what is dead does not live again, what lies in an object does
/// not leave it while it is needed, and what is appended comes behind [#tail].
///
/// @param spans in the order of the log
/// @param tail start of a segment
public record SnapshotPlan(List<Span> spans, long tail) {
    /// Positions `[from, to)` of one segment.
    public record Span(long from, long to) {}

    /// @param index of a shard that is led here
    static SnapshotPlan of(ShardIndex index, CommitLog log) {
        // In this order: runs that are not in the index yet lie behind it.
        long applied = index.appliedPosition();
        NavigableMap<Long, Long> ends = new TreeMap<>();
        long tail = log.activeBase();
        for (CommitLog.SealedSegment segment : log.sealed()) {
            if (segment.end() <= applied) {
                ends.put(segment.base(), segment.end());
            } else {
                tail = Math.min(tail, segment.base());
            }
        }
        TreeSet<Long> needed = new TreeSet<>();
        index.partitions(key -> {
            index.scan(key, untieredFrom(index, key), run -> note(run, ends, needed));
            return true;
        });
        List<Span> spans = new ArrayList<>();
        for (Map.Entry<Long, Long> segment : ends.entrySet()) {
            if (segment.getKey() < tail && needed.contains(segment.getKey())) {
                spans.add(new Span(segment.getKey(), segment.getValue()));
            }
        }
        return new SnapshotPlan(List.copyOf(spans), tail);
    }

    private static boolean note(Run run, NavigableMap<Long, Long> ends, TreeSet<Long> needed) {
        Map.Entry<Long, Long> segment = ends.floorEntry(run.position());
        if (segment != null && run.position() < segment.getValue()) {
            needed.add(segment.getKey());
        }
        return true;
    }

    /// Runs that end before this offset lie in objects whole, as they are. Of a partition that was
    /// compacted since it was tiered, the objects hold what compaction has dropped: none of its
    /// runs may be left out.
    static long untieredFrom(ShardIndex index, PartitionKey key) {
        TieredRange last = index.lastRange(key);
        if (last == null) {
            return 0;
        }
        boolean[] compacted = {false};
        index.scan(
                key,
                0,
                run -> {
                    compacted[0] = run.mayHaveGaps();
                    return !compacted[0] && run.lastOffset() <= last.lastOffset();
                });
        return compacted[0] ? 0 : last.lastOffset() + 1;
    }

    /// Where the copy's log begins.
    public long start() {
        return next(0);
    }

    /// The first position from there on that is to be copied.
    public long next(long position) {
        for (Span span : spans) {
            if (position < span.to()) {
                return Math.max(position, span.from());
            }
        }
        return Math.max(position, tail);
    }

    /// Bytes of [#write].
    public int bytes() {
        return Integer.BYTES + Long.BYTES + spans.size() * 2 * Long.BYTES;
    }

    /// Writes it, with a checksum.
    public void write(ByteBuffer to) {
        int start = to.position();
        to.putInt(0).putLong(tail);
        spans.forEach(span -> to.putLong(span.from()).putLong(span.to()));
        to.putInt(start, crc(to.duplicate().flip().position(start)));
    }

    /// What [#write] wrote.
    ///
    /// @throws IOException if it does not check
    public static SnapshotPlan read(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() < Integer.BYTES + Long.BYTES
                || bytes.getInt(bytes.position()) != crc(bytes)) {
            throw new IOException("what the leader says of its log does not check");
        }
        ByteBuffer left = bytes.duplicate();
        left.getInt();
        long tail = left.getLong();
        List<Span> spans = new ArrayList<>();
        while (left.remaining() >= 2 * Long.BYTES) {
            spans.add(new Span(left.getLong(), left.getLong()));
        }
        return new SnapshotPlan(List.copyOf(spans), tail);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(bytes.position() + Integer.BYTES));
        return (int) crc.getValue();
    }
}
