package io.quafka.controller.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.jspecify.annotations.Nullable;

/// The configs of a group (resource type GROUP), which its coordinator goes by: Kafka's names,
/// types, defaults and, because brokers' limits cannot be set here, its default limits.
///
/// Those of share groups are not among them, for these are not served.
public final class GroupConfigs {
    private static final int SESSION_MS_MIN = 45_000;
    private static final int SESSION_MS_MAX = 60_000;
    private static final int HEARTBEAT_MS_MIN = 5_000;
    private static final int HEARTBEAT_MS_MAX = 15_000;
    private static final int ASSIGNMENT_MS = 1_000;
    private static final int ASSIGNMENT_MS_MAX = 15_000;
    private static final int FIRST_REBALANCE_MS = 3_000;
    private static final int STANDBYS_MAX = 2;
    private static final String OF_SHARE_GROUPS = "share.";
    private static final Map<String, ConfigKey> KEYS = define().configKeys();

    private GroupConfigs() {}

    private static ConfigDef define() {
        ConfigDef def = new ConfigDef();
        define(def, "consumer", "the consumer protocol");
        define(def, "streams", "the streams protocol");
        return def.define(
                        "streams.num.standby.replicas",
                        INT,
                        0,
                        between(0, STANDBYS_MAX),
                        MEDIUM,
                        "How many standby replicas each task gets.")
                .define(
                        "streams.initial.rebalance.delay.ms",
                        INT,
                        FIRST_REBALANCE_MS,
                        between(0, Integer.MAX_VALUE),
                        MEDIUM,
                        "How long the first rebalance of an empty group waits for more members.");
    }

    private static void define(ConfigDef def, String prefix, String protocol) {
        def.define(
                        prefix + ".session.timeout.ms",
                        INT,
                        SESSION_MS_MIN,
                        between(SESSION_MS_MIN, SESSION_MS_MAX),
                        MEDIUM,
                        "A member by " + protocol + " that was not heard of for so long is out.")
                .define(
                        prefix + ".heartbeat.interval.ms",
                        INT,
                        HEARTBEAT_MS_MIN,
                        between(HEARTBEAT_MS_MIN, HEARTBEAT_MS_MAX),
                        MEDIUM,
                        "How often members by " + protocol + " are to send heartbeats.")
                .define(
                        prefix + ".assignment.interval.ms",
                        INT,
                        ASSIGNMENT_MS,
                        between(0, ASSIGNMENT_MS_MAX),
                        MEDIUM,
                        "How long at least passes between two assignments by " + protocol + ".");
    }

    /// All names, sorted.
    public static List<String> names() {
        return KEYS.keySet().stream().sorted().toList();
    }

    /// The definition of a config, or null for a name that groups do not have.
    public static @Nullable ConfigKey key(String name) {
        return KEYS.get(name);
    }

    /// Kafka's name for what all groups get that have not set a config.
    static String brokerName(String name) {
        return "group." + name;
    }

    /// What is wrong with a group's configs, said to whoever set them; null if nothing is.
    public static @Nullable String problem(Map<String, String> configs) {
        for (var config : configs.entrySet()) {
            ConfigKey key = KEYS.get(config.getKey());
            if (key == null) {
                return config.getKey().startsWith(OF_SHARE_GROUPS)
                        ? config.getKey() + ": share groups are not served"
                        : "Unknown group config name: "
                                + config.getKey()
                                + ". Groups have: "
                                + String.join(", ", names());
            }
            String problem = ConfigValues.problem(key, config.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
