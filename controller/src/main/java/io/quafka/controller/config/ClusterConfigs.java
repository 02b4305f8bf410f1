package io.quafka.controller.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import io.quafka.controller.model.ClusterImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/// The cluster-wide settings (Kafka's resource BROKER with an empty name): defaults for topics, by
/// Kafka's broker config names, and seven that only the cluster has.
///
/// | topic config | cluster-wide settings, the first that is set wins |
/// |---|---|
/// | `retention.ms` | `log.retention.ms`, `log.retention.minutes`, `log.retention.hours` |
/// | `segment.ms` | `log.roll.ms`, `log.roll.hours` |
/// | `segment.jitter.ms` | `log.roll.jitter.ms`, `log.roll.jitter.hours` |
/// | `flush.ms` | `log.flush.interval.ms`, `log.flush.scheduler.interval.ms` |
/// | `max.message.bytes` | `message.max.bytes` |
/// | `segment.bytes`, `retention.bytes`, `cleanup.policy`, `index.interval.bytes`, `preallocate`, `message.timestamp.*` | the same after `log.` |
/// | `segment.index.bytes` | `log.index.size.max.bytes` |
/// | `flush.messages` | `log.flush.interval.messages` |
/// | `file.delete.delay.ms` | `log.segment.delete.delay.ms` |
/// | `delete.retention.ms`, `min.` and `max.compaction.lag.ms` | the same after `log.cleaner.` |
/// | `min.cleanable.dirty.ratio` | `log.cleaner.min.cleanable.ratio` |
/// | `local.retention.ms`, `.bytes`, `.percent`, `retention.percent` | the same after `log.` |
/// | `compression.*`, `min.insync.replicas`, `unclean.leader.election.enable` | the same name |
///
/// A negative number of hours or minutes means -1 ms, without limit.
public final class ClusterConfigs {
    public static final String NUM_PARTITIONS = "num.partitions";
    public static final String DEFAULT_REPLICATION_FACTOR = "default.replication.factor";
    public static final String AUTO_CREATE_TOPICS = "auto.create.topics.enable";

    /// Whether leadership goes back by itself to the preferred leaders.
    public static final String AUTO_LEADER_REBALANCE = "auto.leader.rebalance.enable";

    /// How many replicas topics may ask for.
    public static final String REPLICATION_FACTOR_MAX = "storage.replication.factor.max";

    /// How many replicas the topics are made with that Quafka keeps for its own use.
    public static final String INTERNAL_REPLICATION_FACTOR = "offsets.topic.replication.factor";

    /// What a cluster is formed with. Settings that are not here have their defaults, which are
    /// those of clusters that were formed by earlier releases too.
    public static final Map<String, String> OF_NEW_CLUSTERS = Map.of(REPLICATION_FACTOR_MAX, "3");

    /// How full, in percent, Quafka may make the storage nodes' disks.
    public static final String DISK_TARGET_PERCENT = "storage.disk.target.percent";

    private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

    /// A cluster-wide setting that stands for a topic config.
    ///
    /// @param unit what its number is multiplied by to make the topic config's; 1 for most
    record Synonym(ConfigKey key, String topicConfig, long unit) {
        Object topicValue(String text) {
            Object value = ConfigValues.parse(key, text);
            if (unit == 1) {
                return value;
            }
            long number = ((Number) value).longValue();
            return number < 0 ? -1L : number * unit;
        }
    }

    private static final Map<String, ConfigKey> KEYS = new TreeMap<>();
    private static final Map<String, List<Synonym>> SYNONYMS = new LinkedHashMap<>();

    static {
        same(
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                TopicConfig.COMPRESSION_GZIP_LEVEL_CONFIG,
                TopicConfig.COMPRESSION_LZ4_LEVEL_CONFIG,
                TopicConfig.COMPRESSION_ZSTD_LEVEL_CONFIG,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG);
        prefixed(
                "log.",
                TopicConfig.SEGMENT_BYTES_CONFIG,
                TopicConfig.RETENTION_BYTES_CONFIG,
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.INDEX_INTERVAL_BYTES_CONFIG,
                TopicConfig.PREALLOCATE_CONFIG,
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG,
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG,
                TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG,
                TopicConfigs.LOCAL_RETENTION_PERCENT,
                TopicConfigs.RETENTION_PERCENT);
        prefixed(
                "log.cleaner.",
                TopicConfig.DELETE_RETENTION_MS_CONFIG,
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG);
        last(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "log.cleaner.min.cleanable.ratio");
        last(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "message.max.bytes");
        last(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG, "log.index.size.max.bytes");
        last(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "log.flush.interval.messages");
        last(TopicConfig.FILE_DELETE_DELAY_MS_CONFIG, "log.segment.delete.delay.ms");
        first(TopicConfig.FLUSH_MS_CONFIG, "log.flush.interval.ms");
        last(TopicConfig.FLUSH_MS_CONFIG, "log.flush.scheduler.interval.ms");
        first(TopicConfig.RETENTION_MS_CONFIG, "log.retention.ms");
        coarse(TopicConfig.RETENTION_MS_CONFIG, "log.retention.minutes", MINUTE_MS, null, null);
        coarse(TopicConfig.RETENTION_MS_CONFIG, "log.retention.hours", HOUR_MS, 168, null);
        first(TopicConfig.SEGMENT_MS_CONFIG, "log.roll.ms");
        coarse(TopicConfig.SEGMENT_MS_CONFIG, "log.roll.hours", HOUR_MS, 168, atLeast(1));
        first(TopicConfig.SEGMENT_JITTER_MS_CONFIG, "log.roll.jitter.ms");
        coarse(
                TopicConfig.SEGMENT_JITTER_MS_CONFIG,
                "log.roll.jitter.hours",
                HOUR_MS,
                0,
                atLeast(0));
        alone(
                NUM_PARTITIONS,
                Type.INT,
                1,
                between(1, 10_000),
                "Partitions of a topic that is created without a count.");
        alone(
                DEFAULT_REPLICATION_FACTOR,
                Type.INT,
                1,
                between(1, Short.MAX_VALUE),
                "Copies of a topic that is created without a replication factor.");
        alone(
                REPLICATION_FACTOR_MAX,
                Type.INT,
                1,
                between(1, 7),
                "The most replicas that a topic may ask for. It is set to 3 when a cluster is formed; one that was formed before that"
                        + " was so keeps 1 until it is set.");
        alone(
                INTERNAL_REPLICATION_FACTOR,
                Type.INT,
                3,
                between(1, Short.MAX_VALUE),
                "Copies of __consumer_offsets and __transaction_state when they are created, unless there are fewer storage nodes"
                        + " then, or storage.replication.factor.max is less.");
        alone(
                AUTO_CREATE_TOPICS,
                Type.BOOLEAN,
                true,
                null,
                "Whether a topic that a client asks for is created if it does not exist.");
        alone(
                AUTO_LEADER_REBALANCE,
                Type.BOOLEAN,
                true,
                null,
                "Whether a node that was away leads again what it is the first replica of, once it has been in sync for 5 minutes.");
        alone(
                DISK_TARGET_PERCENT,
                Type.DOUBLE,
                80.0,
                between(1, 95),
                "How much of a storage node's disk all that Quafka writes there may take, in percent: the capacity that topics"
                        + " have shares of.");
    }

    private ClusterConfigs() {}

    /// All names, sorted.
    public static List<String> names() {
        return List.copyOf(KEYS.keySet());
    }

    /// The definition of a setting, or null for a name that the cluster does not have.
    public static @Nullable ConfigKey key(String name) {
        return KEYS.get(name);
    }

    /// What is wrong with a set of cluster-wide settings, said to whoever set them; null if nothing
    /// is.
    public static @Nullable String problem(Map<String, String> settings) {
        for (var setting : settings.entrySet()) {
            ConfigKey key = KEYS.get(setting.getKey());
            if (key == null) {
                return "Unknown cluster-wide config name: "
                        + setting.getKey()
                        + ". The cluster has: "
                        + String.join(", ", names());
            }
            String problem = ConfigValues.problem(key, setting.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return TopicConfigs.problem(Map.of(), settings);
    }

    public static int defaultPartitions(ClusterImage image) {
        return ((Number) value(NUM_PARTITIONS, image)).intValue();
    }

    public static int defaultReplicationFactor(ClusterImage image) {
        return ((Number) value(DEFAULT_REPLICATION_FACTOR, image)).intValue();
    }

    public static int replicationFactorMax(ClusterImage image) {
        return ((Number) value(REPLICATION_FACTOR_MAX, image)).intValue();
    }

    /// What is wanted; see [io.quafka.controller.logic.InternalReplicas] for what can be.
    public static int internalReplicationFactor(ClusterImage image) {
        return ((Number) value(INTERNAL_REPLICATION_FACTOR, image)).intValue();
    }

    public static boolean autoCreateTopics(ClusterImage image) {
        return (Boolean) value(AUTO_CREATE_TOPICS, image);
    }

    public static boolean autoLeaderRebalance(ClusterImage image) {
        return (Boolean) value(AUTO_LEADER_REBALANCE, image);
    }

    /// In percent.
    public static double diskTargetPercent(ClusterImage image) {
        return ((Number) value(DISK_TARGET_PERCENT, image)).doubleValue();
    }

    /// The synonyms of a topic config, the one that wins first.
    static List<Synonym> synonyms(String topicConfig) {
        return SYNONYMS.getOrDefault(topicConfig, List.of());
    }

    /// What the cluster-wide settings say for a topic config, or null where they say nothing.
    static @Nullable Object topicDefault(String topicConfig, Map<String, String> settings) {
        if (settings.isEmpty()) {
            return null;
        }
        for (Synonym synonym : synonyms(topicConfig)) {
            String text = settings.get(synonym.key().name);
            if (text != null) {
                return synonym.topicValue(text);
            }
        }
        return null;
    }

    private static Object value(String name, ClusterImage image) {
        ConfigKey key = KEYS.get(name);
        if (key == null) {
            throw new IllegalArgumentException("not a cluster-wide setting: " + name);
        }
        String set = image.defaults().get(name);
        return set == null ? key.defaultValue : ConfigValues.parse(key, set);
    }

    private static void same(String... topicConfigs) {
        for (String topicConfig : topicConfigs) {
            last(topicConfig, topicConfig);
        }
    }

    private static void prefixed(String prefix, String... topicConfigs) {
        for (String topicConfig : topicConfigs) {
            last(topicConfig, prefix + topicConfig);
        }
    }

    /// The name that has no default of its own: another one follows.
    private static void first(String topicConfig, String name) {
        ConfigKey topic = topicKey(topicConfig);
        synonym(
                topicConfig,
                keyOf(name, topic.type, null, topic.validator, topic.documentation),
                1);
    }

    private static void last(String topicConfig, String name) {
        ConfigKey topic = topicKey(topicConfig);
        synonym(
                topicConfig,
                keyOf(name, topic.type, topic.defaultValue, topic.validator, topic.documentation),
                1);
    }

    private static void coarse(
            String topicConfig,
            String name,
            long unit,
            @Nullable Object value,
            @Nullable Validator validator) {
        synonym(
                topicConfig,
                keyOf(name, Type.INT, value, validator, topicKey(topicConfig).documentation),
                unit);
    }

    private static void alone(
            String name, Type type, Object value, @Nullable Validator validator, String doc) {
        KEYS.put(name, keyOf(name, type, value, validator, doc));
    }

    private static void synonym(String topicConfig, ConfigKey key, long unit) {
        KEYS.put(key.name, key);
        SYNONYMS.computeIfAbsent(topicConfig, _ -> new ArrayList<>())
                .add(new Synonym(key, topicConfig, unit));
    }

    private static ConfigKey topicKey(String name) {
        ConfigKey key = TopicConfigs.key(name);
        if (key == null) {
            throw new IllegalArgumentException("not a topic config: " + name);
        }
        return key;
    }

    @SuppressWarnings("NullAway") // kafka-clients takes null for no default and no validator
    private static ConfigKey keyOf(
            String name,
            Type type,
            @Nullable Object value,
            @Nullable Validator validator,
            String doc) {
        Validator lenient = validator == null ? null : new UnlessNull(validator);
        return new ConfigDef()
                .define(name, type, value, lenient, MEDIUM, doc)
                .configKeys()
                .get(name);
    }

    /// A validator that lets null pass: kafka-clients validates defaults too.
    private record UnlessNull(Validator validator) implements Validator {
        @Override
        public void ensureValid(String name, @Nullable Object value) {
            if (value != null) {
                validator.ensureValid(name, value);
            }
        }

        @Override
        public String toString() {
            return validator.toString();
        }
    }
}
