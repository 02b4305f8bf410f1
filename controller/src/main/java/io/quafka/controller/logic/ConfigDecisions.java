package io.quafka.controller.logic;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.config.GroupConfigs;
import io.quafka.controller.config.TopicConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AlterConfigs;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.ClusterConfigsChanged;
import io.quafka.controller.model.MetadataRecord.GroupConfigsChanged;
import io.quafka.controller.model.MetadataRecord.TopicConfigsChanged;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Decides AlterConfigs, legacy and incremental, resource by resource: all changes of a resource,
/// or none.
final class ConfigDecisions {
    private ConfigDecisions() {}

    static Decision decide(ClusterImage image, AlterConfigs command) {
        List<MetadataRecord> records = new ArrayList<>();
        Map<ConfigResource, Outcome> outcomes = new LinkedHashMap<>();
        ShareLedger shares = new ShareLedger(image);
        for (var entry : command.changes().entrySet()) {
            try {
                MetadataRecord record =
                        change(
                                image,
                                shares,
                                entry.getKey(),
                                entry.getValue(),
                                command.replaceAll());
                if (record != null && !command.validateOnly()) {
                    records.add(record);
                }
                outcomes.put(entry.getKey(), Outcome.OK);
            } catch (Refusal refusal) {
                outcomes.put(entry.getKey(), new Outcome(refusal.error(), refusal.getMessage()));
            }
        }
        return new Decision(
                records, new Reply.Configs(Decision.versionAfter(image, records), outcomes));
    }

    /// @return null where nothing changes
    private static @Nullable MetadataRecord change(
            ClusterImage image,
            ShareLedger shares,
            ConfigResource resource,
            List<ConfigChange> changes,
            boolean replaceAll)
            throws Refusal {
        return switch (resource.type()) {
            case TOPIC -> changeTopic(image, shares, resource.name(), changes, replaceAll);
            case BROKER -> {
                if (!resource.name().isEmpty()) {
                    throw new Refusal(
                            Errors.INVALID_REQUEST,
                            "Nodes have no configs of their own: alter the cluster-wide ones (BROKER with an empty name).");
                }
                yield changeCluster(image, shares, changes, replaceAll);
            }
            case GROUP -> changeGroup(image, resource.name(), changes, replaceAll);
            case CLIENT_METRICS, BROKER_LOGGER, UNKNOWN ->
                    throw new Refusal(
                            Errors.INVALID_REQUEST,
                            "Configs are kept for topics, groups and the cluster (BROKER), not for "
                                    + resource.type());
        };
    }

    private static @Nullable MetadataRecord changeTopic(
            ClusterImage image,
            ShareLedger shares,
            String name,
            List<ConfigChange> changes,
            boolean replaceAll)
            throws Refusal {
        Topic topic = image.topic(name);
        if (topic == null) {
            throw new Refusal(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
        }
        Map<String, String> next = merge(topic.configs(), changes, replaceAll, TopicConfigs::key);
        String problem = TopicConfigs.problem(next, image.defaults());
        if (problem != null) {
            throw new Refusal(Errors.INVALID_CONFIG, problem);
        }
        shares.take(name, topic.internal(), next);
        return next.equals(topic.configs()) ? null : new TopicConfigsChanged(topic.id(), next);
    }

    private static @Nullable MetadataRecord changeCluster(
            ClusterImage image, ShareLedger shares, List<ConfigChange> changes, boolean replaceAll)
            throws Refusal {
        Map<String, String> next =
                merge(image.defaults(), changes, replaceAll, ClusterConfigs::key);
        String problem = ClusterConfigs.problem(next);
        if (problem != null) {
            throw new Refusal(Errors.INVALID_CONFIG, problem);
        }
        shares.changeDefaults(next);
        return next.equals(image.defaults()) ? null : new ClusterConfigsChanged(next);
    }

    /// A group need not be there yet.
    private static @Nullable MetadataRecord changeGroup(
            ClusterImage image, String id, List<ConfigChange> changes, boolean replaceAll)
            throws Refusal {
        if (id.isEmpty()) {
            throw new Refusal(Errors.INVALID_REQUEST, "Group name must not be empty.");
        }
        Map<String, String> current = image.groupConfigs().getOrDefault(id, Map.of());
        Map<String, String> next = merge(current, changes, replaceAll, GroupConfigs::key);
        String problem = GroupConfigs.problem(next);
        if (problem != null) {
            throw new Refusal(Errors.INVALID_CONFIG, problem);
        }
        if (current.isEmpty() && image.groupConfigs().size() >= Limits.GROUPS_CONFIGURED_MAX) {
            throw new Refusal(
                    Errors.POLICY_VIOLATION,
                    "No more than " + Limits.GROUPS_CONFIGURED_MAX + " groups may have configs.");
        }
        return next.equals(current) ? null : new GroupConfigsChanged(id, next);
    }

    private static Map<String, String> merge(
            Map<String, String> current,
            List<ConfigChange> changes,
            boolean replaceAll,
            Function<String, @Nullable ConfigKey> keys)
            throws Refusal {
        Map<String, String> next = new HashMap<>(replaceAll ? Map.of() : current);
        Set<String> seen = new HashSet<>();
        for (ConfigChange change : changes) {
            if (!seen.add(change.name())) {
                throw new Refusal(
                        Errors.INVALID_REQUEST,
                        "Error due to duplicate config keys: " + change.name());
            }
            String value = newValue(current.get(change.name()), change, keys.apply(change.name()));
            if (value == null) {
                next.remove(change.name());
            } else {
                next.put(change.name(), value);
            }
        }
        return next;
    }

    /// @param key null for a name that is refused later
    private static @Nullable String newValue(
            @Nullable String current, ConfigChange change, @Nullable ConfigKey key) throws Refusal {
        return switch (change.op()) {
            case DELETE -> null;
            case SET -> value(change);
            case APPEND, SUBTRACT -> {
                if (key != null && key.type != ConfigDef.Type.LIST) {
                    throw new Refusal(
                            Errors.INVALID_CONFIG,
                            "Can't "
                                    + change.op()
                                    + " to key "
                                    + change.name()
                                    + " because its type is not LIST.");
                }
                List<String> parts = new ArrayList<>(parts(current, key));
                List<String> operands = Arrays.asList(value(change).split(","));
                parts.removeAll(operands);
                if (change.op() == ConfigOp.APPEND) {
                    parts.addAll(operands);
                }
                yield String.join(",", parts);
            }
        };
    }

    private static String value(ConfigChange change) throws Refusal {
        String value = change.value();
        if (value == null) {
            throw new Refusal(
                    Errors.INVALID_REQUEST, "Null value not supported for " + change.name());
        }
        return value;
    }

    private static List<String> parts(@Nullable String current, @Nullable ConfigKey key) {
        String text =
                current != null || key == null
                        ? current
                        : ConfigDef.convertToString(key.defaultValue, key.type);
        return text == null || text.isEmpty() ? List.of() : Arrays.asList(text.split(","));
    }
}
