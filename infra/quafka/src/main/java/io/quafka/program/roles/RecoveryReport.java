package io.quafka.program.roles;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was, or would be, recovered from an object store, and what was not.
///
/// @param cluster its id
/// @param metadataMs when its metadata were copied, by the clock of who did
/// @param groups that have positions; negative where that was not looked at
/// @param corrections positions of groups that were taken back to the ends of partitions
/// @param abortedTransactions that nobody would have been left to end
public record RecoveryReport(
        String cluster,
        long metadataMs,
        List<Topic> topics,
        List<Shard> shards,
        int groups,
        List<Position> corrections,
        int abortedTransactions) {
    public RecoveryReport {
        topics = List.copyOf(topics);
        shards = List.copyOf(shards);
        corrections = List.copyOf(corrections);
    }

    /// @param empty partitions of which nothing is there
    /// @param offsets recovered ones of all partitions
    /// @param newestMs greatest timestamp of its records; -1 if there is none
    /// @param lacks what could not be recovered, or empty
    public record Topic(
            String name,
            int partitions,
            int empty,
            long offsets,
            long bytes,
            long newestMs,
            String lacks) {}

    /// @param manifestMs when its manifest was copied last, null if it never was
    /// @param untieredBytes of its log, that were in no object then: lost with the disk
    /// @param internalMs when its part of internal topics was copied last, null if it never was
    public record Shard(
            int id, @Nullable Long manifestMs, long untieredBytes, @Nullable Long internalMs) {}

    /// @param committed what the group had committed
    /// @param end where it goes on
    public record Position(String group, String topic, int partition, long committed, long end) {}
}
