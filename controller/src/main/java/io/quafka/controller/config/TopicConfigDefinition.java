package io.quafka.controller.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.DOUBLE;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import io.quafka.controller.model.RetentionShares;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.ValidList;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;

/// Kafka's topic configs, and the two that are Quafka's own: names, types, defaults, limits.
final class TopicConfigDefinition {
    private static final int SEGMENT_BYTES_MIN = 1 << 20;
    private static final String THROTTLED_DOC =
            "Partitions and nodes whose replication traffic is throttled, as partition:node pairs, or * for all.";
    private static final String SEGMENT_BYTES_DOC =
            "Partitions have no files of their own here. In a compacted topic, the newest bytes of a partition, this many,"
                    + " are left alone by compaction until they are as old as segment.ms. Without effect on other topics.";
    private static final String SEGMENT_MS_DOC =
            "In a compacted topic, a record among the newest segment.bytes of its partition is left alone by compaction"
                    + " until it is this old, or max.compaction.lag.ms if that is shorter. Without effect on other topics.";
    private static final String PERCENT_VALID =
            "more than 0 and at most 100, with at most four decimals";
    private static final String LOCAL_PERCENT_DOC =
            "How much of the storage disks the topic may keep, in percent, 12.5 for instance; its oldest records go beyond that."
                    + " What a topic leaves idle is lent to others and taken back when it is needed. All topics' percentages"
                    + " sum to 100 at most. Applies beside retention.ms and retention.bytes: the tightest wins.";
    private static final String PERCENT_DOC =
            "How much of the capacity for whole histories the topic may keep, in percent. That is the capacity of the storage"
                    + " disks, and the smaller of this and local.retention.percent wins. What is in the object store already is"
                    + " not bounded by it, but by retention.ms and retention.bytes.";
    private static final Validator PERCENT =
            LambdaValidator.with(TopicConfigDefinition::checkPercent, () -> PERCENT_VALID);
    private static final String TIERED_DOC =
            "Whether the topic's records go to the object store, where one is configured. What is there already stays"
                    + " readable, and expires by the topic's retention, when this is turned off. A compacted topic goes"
                    + " there only if it sets this to true itself, and is compacted there then; once anything of it is in"
                    + " the object store, it goes on being tiered until that has expired.";
    private static final Pattern PARTITION_AND_NODE = Pattern.compile("\\d+:\\d+");
    private static final Validator THROTTLED_LIST =
            LambdaValidator.with(
                    TopicConfigDefinition::checkThrottled,
                    () -> "[partition:node],[partition:node],... or *");

    private TopicConfigDefinition() {}

    static ConfigDef define() {
        ConfigDef def = new ConfigDef();
        defineSegments(def);
        defineRetention(def);
        definePercent(def);
        defineMessages(def);
        defineReplication(def);
        return def;
    }

    private static void defineSegments(ConfigDef def) {
        long weekMs = TimeUnit.DAYS.toMillis(7);
        def.define(
                TopicConfig.SEGMENT_BYTES_CONFIG,
                INT,
                1 << 30,
                atLeast(SEGMENT_BYTES_MIN),
                MEDIUM,
                SEGMENT_BYTES_DOC);
        def.define(TopicConfig.SEGMENT_MS_CONFIG, LONG, weekMs, atLeast(1), MEDIUM, SEGMENT_MS_DOC);
        def.define(
                TopicConfig.SEGMENT_JITTER_MS_CONFIG,
                LONG,
                0,
                atLeast(0),
                MEDIUM,
                TopicConfig.SEGMENT_JITTER_MS_DOC);
        def.define(
                TopicConfig.SEGMENT_INDEX_BYTES_CONFIG,
                INT,
                10 << 20,
                atLeast(4),
                MEDIUM,
                TopicConfig.SEGMENT_INDEX_BYTES_DOC);
        def.define(
                TopicConfig.INDEX_INTERVAL_BYTES_CONFIG,
                INT,
                4096,
                atLeast(0),
                MEDIUM,
                TopicConfig.INDEX_INTERVAL_BYTES_DOC);
        def.define(
                TopicConfig.FILE_DELETE_DELAY_MS_CONFIG,
                LONG,
                60_000L,
                atLeast(0),
                MEDIUM,
                TopicConfig.FILE_DELETE_DELAY_MS_DOC);
        def.define(
                TopicConfig.PREALLOCATE_CONFIG,
                BOOLEAN,
                false,
                MEDIUM,
                TopicConfig.PREALLOCATE_DOC);
        def.define(
                TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG,
                LONG,
                Long.MAX_VALUE,
                atLeast(1),
                MEDIUM,
                TopicConfig.FLUSH_MESSAGES_INTERVAL_DOC);
        def.define(
                TopicConfig.FLUSH_MS_CONFIG,
                LONG,
                Long.MAX_VALUE,
                atLeast(0),
                MEDIUM,
                TopicConfig.FLUSH_MS_DOC);
    }

    private static void defineRetention(ConfigDef def) {
        long weekMs = TimeUnit.DAYS.toMillis(7);
        def.define(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                LIST,
                TopicConfig.CLEANUP_POLICY_DELETE,
                ValidList.in(TopicConfig.CLEANUP_POLICY_COMPACT, TopicConfig.CLEANUP_POLICY_DELETE),
                MEDIUM,
                TopicConfig.CLEANUP_POLICY_DOC);
        def.define(
                TopicConfig.RETENTION_MS_CONFIG,
                LONG,
                weekMs,
                atLeast(-1),
                MEDIUM,
                TopicConfig.RETENTION_MS_DOC);
        def.define(
                TopicConfig.RETENTION_BYTES_CONFIG,
                LONG,
                -1L,
                MEDIUM,
                TopicConfig.RETENTION_BYTES_DOC);
        def.define(
                TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG,
                LONG,
                TopicConfigs.AS_RETENTION,
                atLeast(-2),
                MEDIUM,
                TopicConfig.LOCAL_LOG_RETENTION_MS_DOC);
        def.define(
                TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG,
                LONG,
                TopicConfigs.AS_RETENTION,
                atLeast(-2),
                MEDIUM,
                TopicConfig.LOCAL_LOG_RETENTION_BYTES_DOC);
        def.define(TopicConfig.REMOTE_LOG_STORAGE_ENABLE_CONFIG, BOOLEAN, true, MEDIUM, TIERED_DOC);
        def.define(
                TopicConfig.REMOTE_LOG_COPY_DISABLE_CONFIG,
                BOOLEAN,
                false,
                MEDIUM,
                TopicConfig.REMOTE_LOG_COPY_DISABLE_DOC);
        def.define(
                TopicConfig.REMOTE_LOG_DELETE_ON_DISABLE_CONFIG,
                BOOLEAN,
                false,
                MEDIUM,
                TopicConfig.REMOTE_LOG_DELETE_ON_DISABLE_DOC);
        def.define(
                TopicConfig.DELETE_RETENTION_MS_CONFIG,
                LONG,
                TimeUnit.DAYS.toMillis(1),
                atLeast(0),
                MEDIUM,
                TopicConfig.DELETE_RETENTION_MS_DOC);
        def.define(
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                LONG,
                0L,
                atLeast(0),
                MEDIUM,
                TopicConfig.MIN_COMPACTION_LAG_MS_DOC);
        def.define(
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                LONG,
                Long.MAX_VALUE,
                atLeast(1),
                MEDIUM,
                TopicConfig.MAX_COMPACTION_LAG_MS_DOC);
        def.define(
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                DOUBLE,
                0.5,
                between(0, 1),
                MEDIUM,
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_DOC);
    }

    private static void definePercent(ConfigDef def) {
        percent(def, TopicConfigs.LOCAL_RETENTION_PERCENT, LOCAL_PERCENT_DOC);
        percent(def, TopicConfigs.RETENTION_PERCENT, PERCENT_DOC);
    }

    @SuppressWarnings("NullAway") // kafka-clients takes null for a config that is not set
    private static void percent(ConfigDef def, String name, String doc) {
        def.define(name, DOUBLE, null, PERCENT, MEDIUM, doc);
    }

    private static void checkPercent(String name, @Nullable Object value) {
        if (value == null) {
            return;
        }
        double percent = ((Number) value).doubleValue();
        if (!(percent > 0 && percent <= 100) || !isShare(percent)) {
            throw new ConfigException(name, value, "must be " + PERCENT_VALID);
        }
    }

    private static boolean isShare(double percent) {
        try {
            return RetentionShares.ofPercent(percent) > 0;
        } catch (ArithmeticException _) {
            return false;
        }
    }

    private static void defineMessages(ConfigDef def) {
        def.define(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                INT,
                1_048_588,
                atLeast(0),
                MEDIUM,
                TopicConfig.MAX_MESSAGE_BYTES_DOC);
        def.define(
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                STRING,
                "CreateTime",
                in("CreateTime", "LogAppendTime"),
                MEDIUM,
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_DOC);
        def.define(
                TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG,
                LONG,
                Long.MAX_VALUE,
                atLeast(0),
                MEDIUM,
                TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_DOC);
        def.define(
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                LONG,
                TimeUnit.HOURS.toMillis(1),
                atLeast(0),
                MEDIUM,
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_DOC);
        def.define(
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                STRING,
                "producer",
                in("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
                MEDIUM,
                TopicConfig.COMPRESSION_TYPE_DOC);
        def.define(
                TopicConfig.COMPRESSION_GZIP_LEVEL_CONFIG,
                INT,
                CompressionType.GZIP.defaultLevel(),
                CompressionType.GZIP.levelValidator(),
                MEDIUM,
                TopicConfig.COMPRESSION_GZIP_LEVEL_DOC);
        def.define(
                TopicConfig.COMPRESSION_LZ4_LEVEL_CONFIG,
                INT,
                CompressionType.LZ4.defaultLevel(),
                CompressionType.LZ4.levelValidator(),
                MEDIUM,
                TopicConfig.COMPRESSION_LZ4_LEVEL_DOC);
        def.define(
                TopicConfig.COMPRESSION_ZSTD_LEVEL_CONFIG,
                INT,
                CompressionType.ZSTD.defaultLevel(),
                CompressionType.ZSTD.levelValidator(),
                MEDIUM,
                TopicConfig.COMPRESSION_ZSTD_LEVEL_DOC);
    }

    /// Kafka took the last meaning from this one and still lets it be set.
    private static final String DOWNCONVERSION = "message.downconversion.enable";

    private static void defineReplication(ConfigDef def) {
        def.define(DOWNCONVERSION, BOOLEAN, true, MEDIUM, "Without effect, as in Kafka 4.");
        def.define(
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                INT,
                1,
                atLeast(1),
                MEDIUM,
                TopicConfig.MIN_IN_SYNC_REPLICAS_DOC);
        def.define(
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                BOOLEAN,
                false,
                MEDIUM,
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_DOC);
        def.define(
                TopicConfigs.LEADER_THROTTLED,
                LIST,
                List.of(),
                THROTTLED_LIST,
                MEDIUM,
                THROTTLED_DOC);
        def.define(
                TopicConfigs.FOLLOWER_THROTTLED,
                LIST,
                List.of(),
                THROTTLED_LIST,
                MEDIUM,
                THROTTLED_DOC);
    }

    private static void checkThrottled(String name, @Nullable Object value) {
        if (value instanceof List<?> list
                && !list.equals(List.of("*"))
                && !list.stream()
                        .allMatch(v -> PARTITION_AND_NODE.matcher(String.valueOf(v)).matches())) {
            throw new ConfigException(
                    name, value, "must be the literal '*' or a list of partition:node pairs");
        }
    }
}
