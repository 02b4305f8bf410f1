package io.quafka.storage.node;

import io.quafka.storage.coordinator.CoordinatorConfig;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.tier.TieringConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a storage node is told at its start.
///
/// @param directory where its shards and index live; made where it does not exist
/// @param readBufferBytes memory that fetch answers may lie in, all together
/// @param readers threads that read from the index and the disk
/// @param retentionInterval how often records are checked for expiry
/// @param producerExpiry idempotent producers silent for longer are forgotten
/// @param coordinators of groups
/// @param tiering null where there is no object store
/// @param beside directories that other roles of this process write to: where they are on the same
///   volume, what they hold counts as the node's
/// @param copyBytesPerSecond that replicas are made anew with at most
public record StorageConfig(
        Path directory,
        LogOptions log,
        IndexOptions index,
        long readBufferBytes,
        int readers,
        Duration retentionInterval,
        Duration producerExpiry,
        CompactionConfig compaction,
        CoordinatorConfig coordinators,
        @Nullable TieringConfig tiering,
        List<Path> beside,
        long copyBytesPerSecond) {
    public StorageConfig {
        beside = List.copyOf(beside);
    }

    /// Kafka's default for `producer.id.expiration.ms`.
    public static final Duration PRODUCER_EXPIRY = Duration.ofDays(1);

    /// Default of what replicas are made anew with.
    public static final long COPY_BYTES_PER_SECOND = 64L << 20;

    /// The same with another log.
    StorageConfig withLog(LogOptions other) {
        return new StorageConfig(
                directory,
                other,
                index,
                readBufferBytes,
                readers,
                retentionInterval,
                producerExpiry,
                compaction,
                coordinators,
                tiering,
                beside,
                copyBytesPerSecond);
    }

    /// With the default pace of making replicas anew.
    public StorageConfig(
            Path directory,
            LogOptions log,
            IndexOptions index,
            long readBufferBytes,
            int readers,
            Duration retentionInterval,
            Duration producerExpiry,
            CompactionConfig compaction,
            CoordinatorConfig coordinators,
            @Nullable TieringConfig tiering,
            List<Path> beside) {
        this(
                directory,
                log,
                index,
                readBufferBytes,
                readers,
                retentionInterval,
                producerExpiry,
                compaction,
                coordinators,
                tiering,
                beside,
                COPY_BYTES_PER_SECOND);
    }

    /// Without an object store.
    public StorageConfig(
            Path directory,
            LogOptions log,
            IndexOptions index,
            long readBufferBytes,
            int readers,
            Duration retentionInterval,
            Duration producerExpiry,
            CompactionConfig compaction,
            CoordinatorConfig coordinators) {
        this(
                directory,
                log,
                index,
                readBufferBytes,
                readers,
                retentionInterval,
                producerExpiry,
                compaction,
                coordinators,
                null,
                List.of());
    }

    /// With the defaults of compaction and coordinators.
    public StorageConfig(
            Path directory,
            LogOptions log,
            IndexOptions index,
            long readBufferBytes,
            int readers,
            Duration retentionInterval,
            Duration producerExpiry) {
        this(
                directory,
                log,
                index,
                readBufferBytes,
                readers,
                retentionInterval,
                producerExpiry,
                CompactionConfig.DEFAULT,
                CoordinatorConfig.DEFAULTS);
    }
}
