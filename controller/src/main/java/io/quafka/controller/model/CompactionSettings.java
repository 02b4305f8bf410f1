package io.quafka.controller.model;

/// When a compacted topic's partitions are cleaned, and how long tombstones stay. Names, meanings
/// and defaults are those of Kafka's topic configs; times in milliseconds.
///
/// @param minLagMs a younger record is not compacted: `min.compaction.lag.ms`
/// @param maxLagMs a record older than this is compacted however little else there is to do:
///   `max.compaction.lag.ms`
/// @param minDirtyRatio share of a partition's bytes, from 0 to 1, that must be uncleaned:
///   `min.cleanable.dirty.ratio`
/// @param deleteRetentionMs how long a tombstone, or a transaction's marker, stays readable after
///   it was first compacted: `delete.retention.ms`
public record CompactionSettings(
        long minLagMs, long maxLagMs, double minDirtyRatio, long deleteRetentionMs) {
    public static final CompactionSettings DEFAULT =
            new CompactionSettings(0, Long.MAX_VALUE, 0.5, 86_400_000L);
}
