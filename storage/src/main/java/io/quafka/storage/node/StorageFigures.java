package io.quafka.storage.node;

import io.quafka.wire.LatencyHistogram;

/// What a storage node has done since its start, and holds now. Not a snapshot of one instant.
///
/// @param shards open ones
/// @param shardsFailed those that take no more writes
/// @param groups append groups written and made durable
/// @param appends partitions' appends in those groups, refused ones too
/// @param appendedBytes bytes of those appends
/// @param groupNanos time that writing and forcing the groups took, of all writers together
/// @param syncs of that time, what forcing took, each time
/// @param records those of the batches in those groups that were not refused
/// @param logBytes bytes of the commit logs on disk; -1 if the disk did not tell
/// @param segments segments of the commit logs
/// @param readBytes bytes of batches read for fetches
/// @param readMemoryCapacity bytes that answers to fetches may lie in
/// @param readMemoryInUse bytes that such answers lie in now
/// @param fetchesAwaitingMemory fetches that wait for such memory now
/// @param fetches times from when a fetch could be answered, at its arrival or when it had not to
///   wait for records any longer, until its answer was ready
/// @param compaction what the cleaner did
public record StorageFigures(
        int shards,
        int shardsFailed,
        long groups,
        long appends,
        long appendedBytes,
        long groupNanos,
        LatencyHistogram.Figures syncs,
        long records,
        long logBytes,
        int segments,
        long readBytes,
        long readMemoryCapacity,
        long readMemoryInUse,
        int fetchesAwaitingMemory,
        LatencyHistogram.Figures fetches,
        CompactionFigures compaction) {}
