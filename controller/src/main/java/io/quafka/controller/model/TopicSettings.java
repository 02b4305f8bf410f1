package io.quafka.controller.model;

import org.apache.kafka.common.record.TimestampType;

/// A topic's effective settings, parsed once per change so that the produce path reads plain
/// fields.
///
/// Names, meanings and defaults are Kafka's topic configs; times in milliseconds, sizes in bytes,
/// -1 means no limit where Kafka says so.
///
/// @param segmentBytes the newest bytes of a partition, this many, are compacted only when they are
///   as old as `segmentMs`
/// @param compressionType Kafka's name: `producer`, `uncompressed`, `gzip`, `snappy`, `lz4` or
///   `zstd`
/// @param timestampBeforeMaxMs how far a record's timestamp may lie in the past
/// @param timestampAfterMaxMs how far a record's timestamp may lie in the future
/// @param tiered whether its records go to the object store where there is one: never those of a
///   compacted topic
public record TopicSettings(
        boolean compacted,
        boolean deleted,
        long retentionMs,
        long retentionBytes,
        long localRetentionMs,
        long localRetentionBytes,
        int segmentBytes,
        long segmentMs,
        int maxMessageBytes,
        int minInSyncReplicas,
        String compressionType,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        CompactionSettings compaction,
        RetentionShares shares,
        boolean tiered) {
    /// Of a topic that is tiered where there is an object store, unless it is compacted.
    public TopicSettings(
            boolean compacted,
            boolean deleted,
            long retentionMs,
            long retentionBytes,
            long localRetentionMs,
            long localRetentionBytes,
            int segmentBytes,
            long segmentMs,
            int maxMessageBytes,
            int minInSyncReplicas,
            String compressionType,
            TimestampType timestampType,
            long timestampBeforeMaxMs,
            long timestampAfterMaxMs,
            CompactionSettings compaction,
            RetentionShares shares) {
        this(
                compacted,
                deleted,
                retentionMs,
                retentionBytes,
                localRetentionMs,
                localRetentionBytes,
                segmentBytes,
                segmentMs,
                maxMessageBytes,
                minInSyncReplicas,
                compressionType,
                timestampType,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                compaction,
                shares,
                !compacted);
    }

    /// With Kafka's defaults for compaction, without a share of the disks.
    public TopicSettings(
            boolean compacted,
            boolean deleted,
            long retentionMs,
            long retentionBytes,
            long localRetentionMs,
            long localRetentionBytes,
            int segmentBytes,
            long segmentMs,
            int maxMessageBytes,
            int minInSyncReplicas,
            String compressionType,
            TimestampType timestampType,
            long timestampBeforeMaxMs,
            long timestampAfterMaxMs) {
        this(
                compacted,
                deleted,
                retentionMs,
                retentionBytes,
                localRetentionMs,
                localRetentionBytes,
                segmentBytes,
                segmentMs,
                maxMessageBytes,
                minInSyncReplicas,
                compressionType,
                timestampType,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                CompactionSettings.DEFAULT,
                RetentionShares.NONE);
    }

    /// The same with other shares.
    public TopicSettings withShares(RetentionShares others) {
        return others.equals(shares) ? this : with(others, tiered);
    }

    /// The same on the storage disks alone.
    public TopicSettings untiered() {
        return tiered ? with(shares, false) : this;
    }

    private TopicSettings with(RetentionShares otherShares, boolean otherTiered) {
        return new TopicSettings(
                compacted,
                deleted,
                retentionMs,
                retentionBytes,
                localRetentionMs,
                localRetentionBytes,
                segmentBytes,
                segmentMs,
                maxMessageBytes,
                minInSyncReplicas,
                compressionType,
                timestampType,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                compaction,
                otherShares,
                otherTiered);
    }
}
