package io.quafka.controller.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.TopicSettings;
import java.lang.reflect.Field;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicConfigsTest {
    @Test
    void everyTopicConfigOfKafkaIsKnown() throws IllegalAccessException {
        for (Field field : TopicConfig.class.getFields()) {
            if (field.getName().endsWith("_CONFIG")) {
                assertThat(TopicConfigs.names()).contains((String) field.get(null));
            }
        }
    }

    @Test
    void defaultsAreKafkas() {
        TopicSettings settings = TopicConfigs.settings(Map.of(), Map.of());
        assertThat(settings)
                .isEqualTo(
                        new TopicSettings(
                                false,
                                true,
                                604_800_000L,
                                -1,
                                604_800_000L,
                                -1,
                                1_073_741_824,
                                604_800_000L,
                                1_048_588,
                                1,
                                "producer",
                                TimestampType.CREATE_TIME,
                                Long.MAX_VALUE,
                                3_600_000L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retention.ms|-2",
                "local.retention.percent|0",
                "local.retention.percent|-12.5",
                "local.retention.percent|100.0001",
                "local.retention.percent|NaN",
                "local.retention.percent|Infinity",
                "local.retention.percent|12.34567",
                "local.retention.percent|1e-9",
                "retention.percent|half",
                "retention.ms|week",
                "segment.bytes|1048575",
                "cleanup.policy|shred",
                "cleanup.policy|delete,delete",
                "compression.type|brotli",
                "compression.gzip.level|17",
                "message.timestamp.type|Never",
                "min.insync.replicas|0",
                "min.cleanable.dirty.ratio|1.5",
                "preallocate|perhaps",
                "local.retention.ms|-3",
                "local.retention.ms|604800001",
                "local.retention.ms|-1",
                "leader.replication.throttled.replicas|one:two",
                "no.such.config|1"
            })
    void badValuesAreRefusedWithTheirName(String name, String value) {
        assertThat(TopicConfigs.problem(Map.of(name, value), Map.of())).contains(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retention.ms|-1",
                "retention.bytes|1000000",
                "segment.bytes|1048576",
                "cleanup.policy|compact,delete",
                "compression.type|zstd",
                "compression.gzip.level|9",
                "message.timestamp.type|LogAppendTime",
                "local.retention.ms|-2",
                "local.retention.ms|1000",
                "follower.replication.throttled.replicas|0:1,1:2",
                "follower.replication.throttled.replicas|*"
            })
    void goodValuesAreTaken(String name, String value) {
        assertThat(TopicConfigs.problem(Map.of(name, value), Map.of())).isNull();
    }

    @Test
    void lagsThatContradictEachOtherAreRefused() {
        assertThat(
                        TopicConfigs.problem(
                                Map.of("min.compaction.lag.ms", "9", "max.compaction.lag.ms", "8"),
                                Map.of()))
                .contains("min.compaction.lag.ms");
    }

    @Test
    void compactedTopicsAreTieredOnlyWhereTheySaySo() {
        Map<String, String> both =
                Map.of("cleanup.policy", "compact,delete", "remote.storage.enable", "true");
        assertThat(TopicConfigs.problem(both, Map.of())).isNull();
        assertThat(TopicConfigs.settings(both, Map.of()).tiered()).isTrue();
        assertThat(TopicConfigs.settings(Map.of("cleanup.policy", "compact"), Map.of()).tiered())
                .isFalse();
        assertThat(TopicConfigs.settings(Map.of(), Map.of()).tiered()).isTrue();
    }

    @Test
    void clusterSettingsWinInKafkasOrder() {
        assertThat(retention(Map.of("log.retention.hours", "1"))).isEqualTo(3_600_000);
        assertThat(retention(Map.of("log.retention.hours", "1", "log.retention.minutes", "1")))
                .isEqualTo(60_000);
        assertThat(retention(Map.of("log.retention.ms", "7", "log.retention.minutes", "1")))
                .isEqualTo(7);
        assertThat(retention(Map.of("log.retention.hours", "-1"))).isEqualTo(-1);
    }

    @Test
    void descriptionsTellWhereAValueComesFrom() {
        DescribedConfig retention =
                ConfigDescriptions.topicConfigs(
                                Map.of("retention.ms", "5"), Map.of("log.retention.minutes", "1"))
                        .stream()
                        .filter(config -> config.name().equals("retention.ms"))
                        .findFirst()
                        .orElseThrow();
        assertThat(retention.value()).isEqualTo("5");
        assertThat(retention.source()).isEqualTo(ConfigSource.TOPIC_CONFIG);
        assertThat(retention.synonyms())
                .containsExactly(
                        new DescribedConfig.Synonym("retention.ms", "5", ConfigSource.TOPIC_CONFIG),
                        new DescribedConfig.Synonym(
                                "log.retention.minutes",
                                "60000",
                                ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG),
                        new DescribedConfig.Synonym(
                                "log.retention.hours", "604800000", ConfigSource.DEFAULT_CONFIG));
        assertThat(retention.documentation()).isNotEmpty();
    }

    @Test
    void theClusterAndUnknownResourcesAreDescribed() {
        var cluster =
                ConfigDescriptions.describe(
                        ClusterImage.EMPTY, new ConfigResource(ConfigResource.Type.BROKER, ""));
        assertThat(cluster.error()).isEqualTo(Errors.NONE);
        assertThat(cluster.entries())
                .anyMatch(c -> c.name().equals("log.retention.hours") && "168".equals(c.value()))
                .anyMatch(c -> c.name().equals("log.retention.ms") && c.value() == null)
                .anyMatch(c -> c.name().equals("num.partitions") && "1".equals(c.value()));
        assertThat(
                        ConfigDescriptions.describe(
                                        ClusterImage.EMPTY,
                                        new ConfigResource(ConfigResource.Type.TOPIC, "no"))
                                .error())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void clusterSettingsAreValidated() {
        assertThat(ClusterConfigs.problem(Map.of("num.partitions", "0")))
                .contains("num.partitions");
        assertThat(ClusterConfigs.problem(Map.of("retention.ms", "1"))).contains("retention.ms");
        assertThat(ClusterConfigs.problem(Map.of("log.roll.hours", "0")))
                .contains("log.roll.hours");
        assertThat(ClusterConfigs.problem(Map.of("message.max.bytes", "2000000"))).isNull();
        assertThat(ClusterConfigs.autoCreateTopics(ClusterImage.EMPTY)).isTrue();
    }

    private static long retention(Map<String, String> cluster) {
        return TopicConfigs.settings(Map.of(), cluster).retentionMs();
    }
}
