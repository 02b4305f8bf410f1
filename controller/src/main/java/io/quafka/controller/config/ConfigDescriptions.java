package io.quafka.controller.config;

import io.quafka.controller.config.DescribedConfig.Synonym;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

/// What DescribeConfigs answers, from an image alone.
public final class ConfigDescriptions {
    private ConfigDescriptions() {}

    /// @param error NONE, or why there are no entries
    public record Description(
            Errors error, @Nullable String message, List<DescribedConfig> entries) {
        public Description {
            entries = List.copyOf(entries);
        }
    }

    /// Every config of a resource: a TOPIC by name; a GROUP by its id, there or not; the cluster as
    /// BROKER with an empty name; a node as BROKER with its id, which shows the same cluster-wide
    /// settings, for nodes have none of their own here. Entries are sorted by name.
    public static Description describe(ClusterImage image, ConfigResource resource) {
        return switch (resource.type()) {
            case TOPIC -> {
                Topic topic = image.topic(resource.name());
                yield topic == null
                        ? refused(Errors.UNKNOWN_TOPIC_OR_PARTITION, null)
                        : found(topicConfigs(topic.configs(), image.defaults()));
            }
            case BROKER -> describeNode(image, resource.name());
            case GROUP -> describeGroup(image, resource.name());
            case CLIENT_METRICS, BROKER_LOGGER, UNKNOWN ->
                    refused(
                            Errors.INVALID_REQUEST,
                            "Configs are kept for topics, groups and the cluster (BROKER), not for "
                                    + resource.type());
        };
    }

    /// The configs that a topic with these overrides has, sorted by name: for the answer to
    /// CreateTopics.
    public static List<DescribedConfig> topicConfigs(
            Map<String, String> overrides, Map<String, String> cluster) {
        List<DescribedConfig> entries = new ArrayList<>();
        for (String name : TopicConfigs.names()) {
            ConfigKey key = TopicConfigs.key(name);
            if (key != null) {
                entries.add(topicConfig(key, overrides, cluster));
            }
        }
        return entries;
    }

    private static Description describeGroup(ClusterImage image, String id) {
        if (id.isEmpty()) {
            return refused(Errors.INVALID_REQUEST, "Group name must not be empty.");
        }
        Map<String, String> set = image.groupConfigs().getOrDefault(id, Map.of());
        List<DescribedConfig> entries = new ArrayList<>();
        for (String config : GroupConfigs.names()) {
            ConfigKey key = GroupConfigs.key(config);
            if (key != null) {
                entries.add(groupConfig(key, set.get(config)));
            }
        }
        return found(entries);
    }

    private static DescribedConfig groupConfig(ConfigKey key, @Nullable String set) {
        List<Synonym> synonyms = new ArrayList<>();
        if (set != null) {
            synonyms.add(new Synonym(key.name, set, ConfigSource.GROUP_CONFIG));
        }
        synonyms.add(
                new Synonym(
                        GroupConfigs.brokerName(key.name),
                        ConfigValues.text(key, key.defaultValue),
                        ConfigSource.DEFAULT_CONFIG));
        return described(key, synonyms);
    }

    private static Description describeNode(ClusterImage image, String name) {
        if (!name.isEmpty()) {
            try {
                if (image.node(Integer.parseInt(name)) == null) {
                    return refused(Errors.INVALID_REQUEST, "There is no node " + name);
                }
            } catch (NumberFormatException _) {
                return refused(
                        Errors.INVALID_REQUEST,
                        "A node is named by its number, not '" + name + "'");
            }
        }
        List<DescribedConfig> entries = new ArrayList<>();
        for (String config : ClusterConfigs.names()) {
            ConfigKey key = ClusterConfigs.key(config);
            if (key != null) {
                entries.add(clusterConfig(key, image.defaults().get(config)));
            }
        }
        return found(entries);
    }

    private static DescribedConfig topicConfig(
            ConfigKey key, Map<String, String> overrides, Map<String, String> cluster) {
        List<Synonym> synonyms = new ArrayList<>();
        String override = overrides.get(key.name);
        if (override != null) {
            synonyms.add(new Synonym(key.name, override, ConfigSource.TOPIC_CONFIG));
        }
        String defaultName = key.name;
        for (ClusterConfigs.Synonym synonym : ClusterConfigs.synonyms(key.name)) {
            defaultName = synonym.key().name;
            String set = cluster.get(defaultName);
            if (set != null) {
                synonyms.add(
                        new Synonym(
                                defaultName,
                                ConfigValues.text(key, synonym.topicValue(set)),
                                ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
            }
        }
        synonyms.add(
                new Synonym(
                        defaultName,
                        ConfigValues.text(key, key.defaultValue),
                        ConfigSource.DEFAULT_CONFIG));
        return described(key, synonyms);
    }

    private static DescribedConfig clusterConfig(ConfigKey key, @Nullable String set) {
        List<Synonym> synonyms = new ArrayList<>();
        if (set != null) {
            synonyms.add(new Synonym(key.name, set, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
        }
        String value = ConfigValues.text(key, key.defaultValue);
        if (set == null || value != null) {
            synonyms.add(new Synonym(key.name, value, ConfigSource.DEFAULT_CONFIG));
        }
        return described(key, synonyms);
    }

    private static DescribedConfig described(ConfigKey key, List<Synonym> synonyms) {
        Synonym inForce = synonyms.getFirst();
        return new DescribedConfig(
                key.name,
                inForce.value(),
                inForce.source(),
                ConfigType.valueOf(key.type.name()),
                false,
                false,
                key.documentation,
                synonyms);
    }

    private static Description found(List<DescribedConfig> entries) {
        return new Description(Errors.NONE, null, entries);
    }

    private static Description refused(Errors error, @Nullable String message) {
        return new Description(error, message, List.of());
    }
}
