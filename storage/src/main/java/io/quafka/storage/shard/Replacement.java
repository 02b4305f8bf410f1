package io.quafka.storage.shard;

import io.quafka.storage.index.Run;
import io.quafka.storage.log.GroupBuilder;
import java.nio.ByteBuffer;
import java.util.List;

/// What compaction left of a stretch of a partition's offsets.
///
/// @param firstOffset of the stretch
/// @param lastOffset of the stretch, at most [#STRETCH_MAX] past the first
/// @param old the runs that lie there, all of them, as the index has them
/// @param cleaned sound batches with offsets of the stretch, ascending, at least one; not to be
///   changed any more
public record Replacement(long firstOffset, long lastOffset, List<Run> old, ByteBuffer cleaned) {
    public static final long STRETCH_MAX = GroupBuilder.STRETCH_MAX;

    public Replacement {
        old = List.copyOf(old);
        if (!cleaned.hasRemaining()) {
            throw new IllegalArgumentException("at least one batch stays");
        }
    }
}
