package io.quafka.controller.config;

import java.util.List;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

/// One config as DescribeConfigs tells it.
///
/// @param value the effective value as text; null where Kafka knows no default either
///   (`log.retention.ms`)
/// @param source TOPIC_CONFIG, GROUP_CONFIG, DYNAMIC_DEFAULT_BROKER_CONFIG (a cluster-wide setting)
///   or DEFAULT_CONFIG
/// @param synonyms where the value could come from, the one in force first
public record DescribedConfig(
        String name,
        @Nullable String value,
        ConfigSource source,
        ConfigType type,
        boolean readOnly,
        boolean sensitive,
        String documentation,
        List<Synonym> synonyms) {
    public DescribedConfig {
        synonyms = List.copyOf(synonyms);
    }

    /// @param name of the config at its own level: a topic's name or the cluster's
    public record Synonym(String name, @Nullable String value, ConfigSource source) {}
}
