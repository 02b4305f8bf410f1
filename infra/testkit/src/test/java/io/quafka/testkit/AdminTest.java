package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kafka's own admin client against a running broker.
@Tag("broker")
class AdminTest {
    @TempDir private static Path directory;

    private static BrokerProcess broker;
    private static Admin admin;

    @BeforeAll
    static void start() throws InterruptedException {
        broker = BrokerProcess.start(BrokerOptions.in(directory));
        admin = Clients.admin(broker.bootstrap());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        admin.close();
        broker.requireNoAlarms();
        broker.terminate();
    }

    private static void create(String name, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    }

    private static TopicDescription describe(String name) throws Exception {
        return requireNonNull(admin.describeTopics(List.of(name)).allTopicNames().get().get(name));
    }

    @Test
    void createsDescribesGrowsAndDeletesATopic() throws Exception {
        create("life", 3);
        assertThat(admin.listTopics().names().get()).contains("life");
        TopicDescription described = describe("life");
        assertThat(described.partitions()).hasSize(3);
        assertThat(described.isInternal()).isFalse();
        assertThat(described.partitions())
                .allSatisfy(partition ->
                        assertThat(partition.leader().port()).isEqualTo(broker.port()));
        admin.createPartitions(Map.of("life", NewPartitions.increaseTo(5))).all().get();
        assertThat(describe("life").partitions()).hasSize(5);
        admin.deleteTopics(List.of("life")).all().get();
        await().untilAsserted(
                        () -> assertThat(admin.listTopics().names().get()).doesNotContain("life"));
        assertThatThrownBy(() -> describe("life"))
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        create("life", 1);
        assertThat(describe("life").topicId()).isNotEqualTo(described.topicId());
    }

    @Test
    void refusesWhatKafkaRefuses() throws Exception {
        create("once", 1);
        assertThatThrownBy(() -> create("once", 1)).hasCauseInstanceOf(TopicExistsException.class);
        assertThatThrownBy(() -> create("a/b", 1)).hasCauseInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> create("none", 0))
                .hasCauseInstanceOf(InvalidPartitionsException.class);
        assertThatThrownBy(() ->
                        admin.createPartitions(Map.of("once", NewPartitions.increaseTo(1)))
                                .all()
                                .get())
                .hasCauseInstanceOf(InvalidPartitionsException.class);
        assertThatThrownBy(() ->
                        admin.createTopics(
                                        List.of(
                                                new NewTopic("bad", 1, (short) 1)
                                                        .configs(Map.of("retention.ms", "soon"))))
                                .all()
                                .get())
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void aLoneNodeAllowsThreeReplicasAndHasNoPlaceForThem() throws Exception {
        ConfigResource cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
        ConfigEntry most = entry(cluster, "storage.replication.factor.max");
        assertThat(most.value()).isEqualTo("3");
        assertThat(most.source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        String internal = "offsets.topic.replication.factor";
        assertThat(entry(cluster, internal).value()).isEqualTo("3");
        alter(cluster, internal, "2", AlterConfigOp.OpType.SET);
        assertThat(entry(cluster, internal).value()).isEqualTo("2");
        alter(cluster, internal, "", AlterConfigOp.OpType.DELETE);
        assertThat(entry(cluster, internal).value()).isEqualTo("3");
        admin.createTopics(List.of(new NewTopic("default", Optional.of(1), Optional.empty())))
                .all()
                .get();
        assertThat(describe("default").partitions().getFirst().replicas()).hasSize(1);
        assertThatThrownBy(() ->
                        admin.createTopics(List.of(new NewTopic("three", 1, (short) 3)))
                                .all()
                                .get())
                .hasCauseInstanceOf(InvalidReplicationFactorException.class);
    }

    @Test
    void validatesWithoutCreating() throws Exception {
        admin.createTopics(
                        List.of(new NewTopic("only-validated", 2, (short) 1)),
                        new CreateTopicsOptions().validateOnly(true))
                .all()
                .get();
        assertThat(admin.listTopics().names().get()).doesNotContain("only-validated");
    }

    @Test
    void changesAndShowsConfigs() throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "configured");
        admin.createTopics(
                        List.of(
                                new NewTopic("configured", 1, (short) 1)
                                        .configs(Map.of("retention.ms", "120000"))))
                .all()
                .get();
        assertThat(entry(resource, "retention.ms").value()).isEqualTo("120000");
        assertThat(entry(resource, "retention.ms").source())
                .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(entry(resource, "max.message.bytes").isDefault()).isTrue();
        alter(resource, "retention.ms", "60000", AlterConfigOp.OpType.SET);
        assertThat(entry(resource, "retention.ms").value()).isEqualTo("60000");
        alter(resource, "retention.ms", "", AlterConfigOp.OpType.DELETE);
        assertThat(entry(resource, "retention.ms").value()).isEqualTo("604800000");
        alter(resource, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        assertThat(Set.of(entry(resource, "cleanup.policy").value().split(",", -1)))
                .isEqualTo(Set.of("delete", "compact"));
        assertThatThrownBy(() -> alter(resource, "no.such.key", "1", AlterConfigOp.OpType.SET))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void changesShowsListsAndHonoursConfigsOfGroups() throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "configured-group");
        assertThat(entry(group, "consumer.heartbeat.interval.ms").value()).isEqualTo("5000");
        assertThat(groupsWithConfigs()).isEmpty();
        alter(group, "consumer.heartbeat.interval.ms", "7000", AlterConfigOp.OpType.SET);
        ConfigEntry changed = entry(group, "consumer.heartbeat.interval.ms");
        assertThat(changed.value()).isEqualTo("7000");
        assertThat(changed.source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG);
        assertThat(groupsWithConfigs()).containsExactly("configured-group");
        assertThat(admin.listConfigResources().all().get())
                .contains(group)
                .anyMatch(resource -> resource.type() == ConfigResource.Type.BROKER);
        create("read-by-the-group", 1);
        // Has the topic made whose partitions' leaders coordinate groups.
        assertThat(admin.listConsumerGroupOffsets("configured-group").all().get()).isNotNull();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> heartbeatIntervalMs("configured-group") == 7_000);
        assertThat(heartbeatIntervalMs("another-group")).isEqualTo(5_000);
        alter(group, "consumer.heartbeat.interval.ms", "", AlterConfigOp.OpType.DELETE);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> heartbeatIntervalMs("configured-group") == 5_000);
        assertThatThrownBy(() ->
                        alter(group, "consumer.session.timeout.ms", "1", AlterConfigOp.OpType.SET))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() ->
                        alter(
                                group,
                                "share.isolation.level",
                                "read_committed",
                                AlterConfigOp.OpType.SET))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("share groups are not served");
    }

    private static List<String> groupsWithConfigs() throws Exception {
        return admin
                .listConfigResources(
                        Set.of(ConfigResource.Type.GROUP), new ListConfigResourcesOptions())
                .all()
                .get()
                .stream()
                .map(ConfigResource::name)
                .toList();
    }

    /// What the coordinator tells a member that joins; -1 while it refuses.
    private static int heartbeatIntervalMs(String group) throws Exception {
        ConsumerGroupHeartbeatRequestData join =
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(Uuid.randomUuid().toString())
                        .setRebalanceTimeoutMs(10_000)
                        .setSubscribedTopicNames(List.of("read-by-the-group"))
                        .setTopicPartitions(List.of());
        try (FrameClient client = new FrameClient(broker.port(), Duration.ofSeconds(20))) {
            short version = 1;
            client.send(FrameClient.frame(ApiKeys.CONSUMER_GROUP_HEARTBEAT, version, 1, join));
            ConsumerGroupHeartbeatResponseData answer =
                    client.read(
                            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                            version,
                            1,
                            new ConsumerGroupHeartbeatResponseData());
            return answer.errorCode() == 0 ? answer.heartbeatIntervalMs() : -1;
        }
    }

    @Test
    void recordsOfInternalTopicsAreNotDeletedByHand() throws Exception {
        create("read", 1);
        TopicPartition partition = new TopicPartition("read", 0);
        admin.alterConsumerGroupOffsets("committer", Map.of(partition, new OffsetAndMetadata(0)))
                .all()
                .get();
        TopicPartition offsets = new TopicPartition("__consumer_offsets", 0);
        assertThatThrownBy(() ->
                        admin.deleteRecords(Map.of(offsets, RecordsToDelete.beforeOffset(-1)))
                                .all()
                                .get())
                .hasCauseInstanceOf(InvalidTopicException.class);
    }

    private static void alter(
            ConfigResource resource, String key, String value, AlterConfigOp.OpType operation)
            throws Exception {
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(key, value), operation);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
    }

    private static ConfigEntry entry(ConfigResource resource, String key) throws Exception {
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        return requireNonNull(requireNonNull(config).get(key));
    }

    @Test
    void describesTheCluster() throws Exception {
        DescribeClusterResult cluster = admin.describeCluster();
        assertThat(cluster.clusterId().get()).isNotBlank();
        assertThat(cluster.nodes().get())
                .singleElement()
                .satisfies(node -> assertThat(node.port()).isEqualTo(broker.port()));
        assertThat(cluster.controller().get().port()).isEqualTo(broker.port());
    }

    @Test
    void deletesRecordsAndListsOffsetsAndProducers() throws Exception {
        create("trimmed", 1);
        TopicPartition partition = new TopicPartition("trimmed", 0);
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            for (int i = 0; i < 10; i++) {
                ProducerRecord<byte[], byte[]> record =
                        new ProducerRecord<>(
                                "trimmed", 0, 1_000L * (i == 4 ? 99 : i), null, new byte[i]);
                producer.send(record).get();
            }
        }
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3))).all().get();
        assertThat(offset(partition, OffsetSpec.earliest())).isEqualTo(3);
        assertThat(offset(partition, OffsetSpec.earliestLocal())).isEqualTo(3);
        assertThat(offset(partition, OffsetSpec.latest())).isEqualTo(10);
        assertThat(offset(partition, OffsetSpec.maxTimestamp())).isEqualTo(4);
        assertThat(offset(partition, OffsetSpec.forTimestamp(5_500))).isEqualTo(4);
        assertThat(Clients.readAll(broker.bootstrap(), List.of(partition))).hasSize(7);
        assertThat(
                        admin.describeProducers(List.of(partition))
                                .partitionResult(partition)
                                .get()
                                .activeProducers())
                .singleElement()
                .satisfies(producer -> assertThat(producer.lastSequence()).isEqualTo(9));
        assertThat(
                        admin.describeLogDirs(
                                        describe("trimmed").partitions().stream()
                                                .map(info -> info.leader().id())
                                                .toList())
                                .allDescriptions()
                                .get()
                                .values())
                .allSatisfy(dirs ->
                        assertThat(dirs.values())
                                .anySatisfy(dir ->
                                        assertThat(dir.replicaInfos()).containsKey(partition)));
    }

    private static long offset(TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
    }
}
