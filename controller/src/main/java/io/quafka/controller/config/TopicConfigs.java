package io.quafka.controller.config;

import io.quafka.controller.model.CompactionSettings;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.TopicSettings;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/// The configs of a topic: Kafka's names, types, defaults and limits, and their parsing into
/// [TopicSettings].
///
/// A value comes from the topic's override; else from the cluster-wide setting ([ClusterConfigs])
/// that stands for the same; else from Kafka's default. `local.retention.ms` and `.bytes` of -2
/// mean: as `retention.ms` and `.bytes`. `local.retention.percent` and `retention.percent` are
/// Quafka's own.
public final class TopicConfigs {
    /// `leader.replication.throttled.replicas`: known to Kafka's tools; without effect here.
    public static final String LEADER_THROTTLED = "leader.replication.throttled.replicas";

    /// `follower.replication.throttled.replicas`: known to Kafka's tools; without effect here.
    public static final String FOLLOWER_THROTTLED = "follower.replication.throttled.replicas";

    /// `local.retention.percent`: share of the storage disks that a topic may keep.
    public static final String LOCAL_RETENTION_PERCENT = "local.retention.percent";

    /// `retention.percent`: share of the whole history's capacity that a topic may keep.
    public static final String RETENTION_PERCENT = "retention.percent";

    static final long AS_RETENTION = -2;
    private static final Map<String, ConfigKey> KEYS = TopicConfigDefinition.define().configKeys();

    private TopicConfigs() {}

    /// All names, sorted.
    public static List<String> names() {
        return KEYS.keySet().stream().sorted().toList();
    }

    /// The definition of a config, or null for a name that topics do not have.
    public static @Nullable ConfigKey key(String name) {
        return KEYS.get(name);
    }

    /// Checks a topic's overrides against names, types, limits and each other.
    ///
    /// @param cluster the cluster-wide settings, by broker config names
    /// @return what is wrong, said to whoever set it; null if nothing is
    public static @Nullable String problem(
            Map<String, String> overrides, Map<String, String> cluster) {
        for (var override : overrides.entrySet()) {
            ConfigKey key = KEYS.get(override.getKey());
            if (key == null) {
                return "Unknown topic config name: "
                        + override.getKey()
                        + ". Topics have: "
                        + String.join(", ", names());
            }
            String problem = ConfigValues.problem(key, override.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return conflict(new Values(overrides, cluster));
    }

    private static @Nullable String conflict(Values values) {
        long minLag = values.longOf(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG);
        long maxLag = values.longOf(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG);
        if (minLag > maxLag) {
            return "conflict topic config setting min.compaction.lag.ms ("
                    + minLag
                    + ") > max.compaction.lag.ms ("
                    + maxLag
                    + ")";
        }
        for (String unit : List.of("ms", "bytes")) {
            long local = values.longOf("local.retention." + unit);
            long whole = values.longOf("retention." + unit);
            boolean localIsMore =
                    local != AS_RETENTION && whole >= 0 && (local < 0 || local > whole);
            if (localIsMore && values.overrides.containsKey("local.retention." + unit)) {
                return "local.retention.%s (%d) must not be more than retention.%s (%d); -2 follows it"
                        .formatted(unit, local, unit, whole);
            }
        }
        return null;
    }

    /// The effective settings of a topic whose overrides are sound.
    public static TopicSettings settings(
            Map<String, String> overrides, Map<String, String> cluster) {
        Values values = new Values(overrides, cluster);
        List<?> policy = (List<?>) values.of(TopicConfig.CLEANUP_POLICY_CONFIG);
        long retentionMs = values.longOf(TopicConfig.RETENTION_MS_CONFIG);
        long retentionBytes = values.longOf(TopicConfig.RETENTION_BYTES_CONFIG);
        long localMs = values.longOf(TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG);
        long localBytes = values.longOf(TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG);
        return new TopicSettings(
                policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT),
                policy.contains(TopicConfig.CLEANUP_POLICY_DELETE),
                retentionMs,
                retentionBytes,
                localMs == AS_RETENTION ? retentionMs : localMs,
                localBytes == AS_RETENTION ? retentionBytes : localBytes,
                values.intOf(TopicConfig.SEGMENT_BYTES_CONFIG),
                values.longOf(TopicConfig.SEGMENT_MS_CONFIG),
                values.intOf(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                values.intOf(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                (String) values.of(TopicConfig.COMPRESSION_TYPE_CONFIG),
                TimestampType.forName(
                        (String) values.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)),
                values.longOf(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG),
                values.longOf(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
                new CompactionSettings(
                        values.longOf(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG),
                        values.longOf(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG),
                        values.doubleOf(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG),
                        values.longOf(TopicConfig.DELETE_RETENTION_MS_CONFIG)),
                shares(values),
                isTiered(values));
    }

    /// The shares of the disks that a topic with these overrides asks for. Internal topics get none
    /// whatever this says.
    public static RetentionShares shares(
            Map<String, String> overrides, Map<String, String> cluster) {
        return shares(new Values(overrides, cluster));
    }

    private static RetentionShares shares(Values values) {
        return new RetentionShares(
                values.shareOf(LOCAL_RETENTION_PERCENT), values.shareOf(RETENTION_PERCENT));
    }

    /// A compacted topic is tiered only if it says so itself: who knows Kafka expects it on the
    /// disks.
    private static boolean isTiered(Values values) {
        return (Boolean) values.of(TopicConfig.REMOTE_LOG_STORAGE_ENABLE_CONFIG)
                && !((Boolean) values.of(TopicConfig.REMOTE_LOG_COPY_DISABLE_CONFIG))
                && (!isCompacted(values)
                        || "true"
                                .equals(
                                        values.overrides.get(
                                                TopicConfig.REMOTE_LOG_STORAGE_ENABLE_CONFIG)));
    }

    private static boolean isCompacted(Values values) {
        List<?> policy = (List<?>) values.of(TopicConfig.CLEANUP_POLICY_CONFIG);
        return policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT);
    }

    /// A topic's values, each parsed when asked for.
    private record Values(Map<String, String> overrides, Map<String, String> cluster) {
        Object of(String name) {
            Object value = find(name);
            if (value == null) {
                throw new IllegalArgumentException("no value: " + name);
            }
            return value;
        }

        private @Nullable Object find(String name) {
            ConfigKey key = KEYS.get(name);
            if (key == null) {
                throw new IllegalArgumentException("not a topic config: " + name);
            }
            String override = overrides.get(name);
            if (override != null) {
                return ConfigValues.parse(key, override);
            }
            Object fromCluster = ClusterConfigs.topicDefault(name, cluster);
            return fromCluster != null ? fromCluster : key.defaultValue;
        }

        long longOf(String name) {
            return ((Number) of(name)).longValue();
        }

        double doubleOf(String name) {
            return ((Number) of(name)).doubleValue();
        }

        /// In millionths; 0 where none is set.
        int shareOf(String name) {
            Object value = find(name);
            return value == null ? 0 : RetentionShares.ofPercent(((Number) value).doubleValue());
        }

        int intOf(String name) {
            return ((Number) of(name)).intValue();
        }
    }
}
