package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.raft.ControllerConfig;
import io.quafka.controller.raft.EmbeddedController;
import io.quafka.storage.StorageNode;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.storage.node.StorageConfig;
import io.quafka.wire.BufferPool;
import io.quafka.wire.KafkaServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kafka's own clients, a gateway, a controller under Ratis and a storage node with its files: all
/// real, in one process.
@Timeout(90)
class WholeNodeTest {
    private static final int SHARDS = 2;

    private final EmbeddedController controller;
    private final AtomicReference<@Nullable StorageNode> storage = new AtomicReference<>();
    private final AtomicInteger nodeId = new AtomicInteger();
    private final Path directory;
    private final KafkaServer server;

    WholeNodeTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        controller =
                EmbeddedController.start(
                        ControllerConfig.single(directory.resolve("controller"), null));
        var defaults = GatewayConfig.DEFAULTS;
        var config =
                new GatewayConfig(
                        true,
                        defaults.internalTopics(),
                        defaults.adminWait(),
                        defaults.fetchSessionPartitionsMax(),
                        defaults.fetchSessionIdle(),
                        defaults.producerIdBlock(),
                        false,
                        Map.of("node.rack", "here"));
        var gateway =
                new Gateway(
                        nodeId::get,
                        controller,
                        id -> id == nodeId.get() ? storage.get() : null,
                        config,
                        null,
                        InstantSource.system());
        server = KafkaServer.builder(gateway, new BufferPool(64 << 20)).host("127.0.0.1").build();
    }

    @BeforeEach
    void start() throws Exception {
        server.start();
        var address = new Endpoint("127.0.0.1", server.port());
        var registered =
                controller
                        .submit(
                                new Command.RegisterNode(
                                        Uuid.randomUuid(),
                                        EnumSet.allOf(NodeRole.class),
                                        address,
                                        address,
                                        null,
                                        SHARDS))
                        .join();
        controller.metadata().awaitVersion(registered.version()).join();
        nodeId.set(registered.nodeId());
        storage.set(
                LocalStorageNode.open(
                        new StorageConfig(
                                directory.resolve("storage"),
                                new LogOptions(1 << 20, 256 << 10, 0, true, 4),
                                IndexOptions.DEFAULTS,
                                64 << 20,
                                2,
                                Duration.ofSeconds(1),
                                StorageConfig.PRODUCER_EXPIRY),
                        nodeId.get(),
                        controller.metadata(),
                        InstantSource.system()));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        if (storage.get() instanceof LocalStorageNode node) {
            node.close();
        }
        controller.close();
    }

    private Map<String, Object> config() {
        return Map.of("bootstrap.servers", "127.0.0.1:" + server.port(), "acks", "all");
    }

    private Map<String, Object> reading() {
        return Map.of("bootstrap.servers", "127.0.0.1:" + server.port());
    }

    @Test
    void recordsGoInAndComeOut() throws Exception {
        int partitions = 6;
        List<TopicPartition> all =
                IntStream.range(0, partitions).mapToObj(p -> new TopicPartition("t", p)).toList();
        List<String> sent = new ArrayList<>();
        List<String> received = new ArrayList<>();
        try (Admin admin = Admin.create(reading());
                var producer =
                        new KafkaProducer<>(
                                config(), new StringSerializer(), new StringSerializer());
                var consumer =
                        new KafkaConsumer<>(
                                reading(), new StringDeserializer(), new StringDeserializer())) {
            admin.createTopics(List.of(new NewTopic("t", partitions, (short) 1))).all().get();
            for (int i = 0; i < 3_000; i++) {
                sent.add("value " + i);
                producer.send(new ProducerRecord<>("t", i % partitions, null, "value " + i));
            }
            producer.flush();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (received.size() < sent.size() && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(200))) {
                    received.add(r.value());
                }
            }
            assertThat(received).containsExactlyInAnyOrderElementsOf(sent);

            var first = all.getFirst();
            assertThat(
                            admin.listOffsets(Map.of(first, OffsetSpec.latest()))
                                    .partitionResult(first)
                                    .get()
                                    .offset())
                    .isEqualTo(500);
            admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(100))).all().get();
            assertThat(consumer.beginningOffsets(List.of(first))).containsEntry(first, 100L);
            assertThat(
                            admin.describeProducers(List.of(first))
                                    .partitionResult(first)
                                    .get()
                                    .activeProducers())
                    .hasSize(1);
            assertThat(admin.describeLogDirs(List.of(nodeId.get())).allDescriptions().get())
                    .containsKey(nodeId.get());
        }
    }

    @Test
    void configsAreSetAndShownWithTheirSources() throws Exception {
        try (Admin admin = Admin.create(reading())) {
            var created = admin.createTopics(List.of(new NewTopic("t", 1, (short) 1)));
            assertThat(created.config("t").get().get("max.message.bytes").value())
                    .isEqualTo("1048588");
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
            var cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
            admin.incrementalAlterConfigs(
                            Map.of(
                                    topic,
                                    List.of(set("retention.ms", "1000")),
                                    cluster,
                                    List.of(set("log.segment.bytes", "20000000"))))
                    .all()
                    .get();
            var configs = describe(admin, topic);
            assertThat(configs.get("retention.ms"))
                    .extracting(ConfigEntry::value, ConfigEntry::source)
                    .containsExactly("1000", ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThat(configs.get("segment.bytes"))
                    .extracting(ConfigEntry::value, ConfigEntry::source)
                    .containsExactly(
                            "20000000", ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
            assertThat(configs.get("retention.bytes"))
                    .satisfies(entry -> assertThat(entry.documentation()).isNotEmpty())
                    .extracting(ConfigEntry::source)
                    .isEqualTo(ConfigEntry.ConfigSource.DEFAULT_CONFIG);

            var node = new ConfigResource(ConfigResource.Type.BROKER, "" + nodeId.get());
            assertThat(describe(admin, node).get("node.rack"))
                    .extracting(ConfigEntry::value, ConfigEntry::isReadOnly)
                    .containsExactly("here", true);
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private static org.apache.kafka.clients.admin.Config describe(
            Admin admin, ConfigResource resource) throws Exception {
        return admin.describeConfigs(
                        List.of(resource),
                        new DescribeConfigsOptions()
                                .includeSynonyms(true)
                                .includeDocumentation(true))
                .values()
                .values()
                .iterator()
                .next()
                .get();
    }

    @Test
    void tenThousandPartitionsAreMadeFast() throws Exception {
        try (Admin admin = Admin.create(reading())) {
            admin.createTopics(List.of(new NewTopic("warm", 1, (short) 1))).all().get();
            long start = System.nanoTime();
            admin.createTopics(List.of(new NewTopic("large", 10_000, (short) 1))).all().get();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(admin.describeTopics(List.of("large")).allTopicNames().get().values())
                    .singleElement()
                    .satisfies(topic -> assertThat(topic.partitions()).hasSize(10_000));
        }
    }
}
