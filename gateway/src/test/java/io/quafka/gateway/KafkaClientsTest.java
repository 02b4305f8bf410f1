package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.wire.BufferPool;
import io.quafka.wire.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kafka's own Java clients against a gateway on a real port, over two storage nodes.
@Timeout(60)
class KafkaClientsTest {
    private final TestCluster cluster = new TestCluster(2);
    private KafkaServer server;

    KafkaClientsTest() {
        server =
                KafkaServer.builder(cluster.gateway, new BufferPool(64 << 20))
                        .host("127.0.0.1")
                        .build();
    }

    @BeforeEach
    void start() {
        server = server.start();
        cluster.controller.node(
                TestCluster.GATEWAY,
                new Endpoint("127.0.0.1", server.port()),
                NodeRole.GATEWAY,
                NodeRole.STORAGE);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, Object> config(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", "127.0.0.1:" + server.port());
        return config;
    }

    private Producer<String, String> producer(Map<String, Object> more) {
        return new KafkaProducer<>(config(more), new StringSerializer(), new StringSerializer());
    }

    private Consumer<String, String> consumer(Map<String, Object> more) {
        return new KafkaConsumer<>(
                config(more), new StringDeserializer(), new StringDeserializer());
    }

    private Admin admin() {
        return Admin.create(config(Map.of()));
    }

    private static List<String> read(
            Consumer<String, String> consumer, Collection<TopicPartition> from, int count) {
        consumer.assign(from);
        consumer.seekToBeginning(from);
        List<String> values = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (values.size() < count && System.nanoTime() < deadline) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                values.add(record.value());
            }
        }
        return values;
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count).mapToObj(p -> new TopicPartition(topic, p)).toList();
    }

    @Test
    void aShardIsMovedAndLedByKafkasOwnAdmin() throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic("t", 3, (short) 1))).all().get();
            Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
            moves.put(
                    new TopicPartition("t", 0),
                    Optional.of(new NewPartitionReassignment(List.of(2))));
            assertThatThrownBy(() -> admin.alterPartitionReassignments(moves).all().get())
                    .hasCauseInstanceOf(InvalidReplicaAssignmentException.class)
                    .hasMessageContaining("t-2");
            moves.put(
                    new TopicPartition("t", 2),
                    Optional.of(new NewPartitionReassignment(List.of(2))));
            admin.alterPartitionReassignments(moves).all().get();
            var listed = admin.listPartitionReassignments().reassignments().get();
            assertThat(listed).containsOnlyKeys(moves.keySet());
            assertThat(listed.values())
                    .allSatisfy(move -> {
                        assertThat(move.replicas()).containsExactly(2, 1);
                        assertThat(move.addingReplicas()).containsExactly(2);
                        assertThat(move.removingReplicas()).containsExactly(1);
                    });
            moves.replaceAll((_, _) -> Optional.empty());
            admin.alterPartitionReassignments(moves).all().get();
            assertThat(admin.listPartitionReassignments().reassignments().get()).isEmpty();
            assertThat(admin.electLeaders(ElectionType.PREFERRED, null).partitions().get())
                    .isEmpty();
            assertThatThrownBy(() -> admin.unregisterBroker(9).all().get())
                    .hasCauseInstanceOf(BrokerIdNotRegisteredException.class);
            var cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
            var drain =
                    new AlterConfigOp(
                            new ConfigEntry("storage.draining.nodes", "2"),
                            AlterConfigOp.OpType.APPEND);
            admin.incrementalAlterConfigs(Map.of(cluster, List.of(drain))).all().get();
            assertThat(admin.listPartitionReassignments().reassignments().get())
                    .containsOnlyKeys(new TopicPartition("t", 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void whatIsProducedIsConsumed(String compression) throws Exception {
        try (Admin admin = admin();
                var producer = producer(Map.of("compression.type", compression, "acks", "all"));
                var consumer = consumer(Map.of("fetch.max.wait.ms", 200))) {
            admin.createTopics(List.of(new NewTopic("t", 4, (short) 1))).all().get();
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                sent.add("value " + i);
                producer.send(new ProducerRecord<>("t", i % 4, "key", "value " + i));
            }
            producer.flush();
            assertThat(read(consumer, partitions("t", 4), 1_000))
                    .containsExactlyInAnyOrderElementsOf(sent);
            assertThat(consumer.endOffsets(partitions("t", 4)).keySet()).hasSize(4);
        }
        assertThat(cluster.storage(1).produced).isNotEmpty();
        assertThat(cluster.storage(2).produced).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void weakerAcksWorkWithAnAutoCreatedTopic(String acks) throws Exception {
        try (var producer = producer(Map.of("acks", acks, "enable.idempotence", false));
                var consumer = consumer(Map.of())) {
            RecordMetadata metadata =
                    producer.send(new ProducerRecord<>("made-on-demand", "value")).get();
            assertThat(metadata.hasOffset()).isEqualTo(acks.equals("1"));
            assertThat(read(consumer, partitions("made-on-demand", 1), 1)).containsExactly("value");
        }
    }

    @Test
    void anIdleConsumerHearsOfNewRecordsWithinItsSession() throws Exception {
        try (Admin admin = admin();
                var producer = producer(Map.of());
                var consumer = consumer(Map.of("fetch.max.wait.ms", 30_000))) {
            admin.createTopics(List.of(new NewTopic("t", 2, (short) 1))).all().get();
            consumer.assign(partitions("t", 2));
            consumer.seekToBeginning(partitions("t", 2));
            consumer.poll(Duration.ofMillis(300));
            for (int i = 0; i < 5; i++) {
                producer.send(new ProducerRecord<>("t", i % 2, null, "value " + i)).get();
                List<String> heard = new ArrayList<>();
                long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                while (heard.isEmpty() && System.nanoTime() < deadline) {
                    consumer.poll(Duration.ofMillis(100)).forEach(r -> heard.add(r.value()));
                }
                assertThat(heard).containsExactly("value " + i);
            }
        }
    }

    @Test
    void topicsAreAdministered() throws Exception {
        try (Admin admin = admin()) {
            var created =
                    admin.createTopics(
                            List.of(new NewTopic("t", Optional.of(3), Optional.empty())));
            created.all().get();
            assertThat(created.numPartitions("t").get()).isEqualTo(3);
            assertThatThrownBy(() ->
                            admin.createTopics(List.of(new NewTopic("t", 1, (short) 1)))
                                    .all()
                                    .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TopicExistsException.class);
            assertThat(admin.listTopics().names().get()).containsExactly("t");

            admin.createPartitions(Map.of("t", NewPartitions.increaseTo(5))).all().get();
            assertThat(admin.describeTopics(List.of("t")).allTopicNames().get().values())
                    .singleElement()
                    .satisfies(topic -> assertThat(topic.partitions()).hasSize(5));
            assertThat(admin.describeCluster().nodes().get())
                    .extracting(Node::id)
                    .containsExactly(TestCluster.GATEWAY);

            var resource = new ConfigResource(ConfigResource.Type.TOPIC, "t");
            var set =
                    new AlterConfigOp(
                            new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();

            admin.deleteTopics(List.of("t")).all().get();
            assertThatThrownBy(() -> admin.deleteTopics(List.of("t")).all().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            assertThat(admin.listTopics().names().get()).isEmpty();
        }
    }

    @Test
    void partitionsAreAskedAbout() throws Exception {
        try (Admin admin = admin();
                var producer = producer(Map.of())) {
            admin.createTopics(List.of(new NewTopic("t", 2, (short) 1))).all().get();
            producer.send(new ProducerRecord<>("t", 1, null, "value")).get();
            var partition = new TopicPartition("t", 1);
            assertThat(
                            admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                                    .partitionResult(partition)
                                    .get()
                                    .offset())
                    .isEqualTo(1);
            var lowWatermarks =
                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3)))
                            .lowWatermarks();
            assertThat(Objects.requireNonNull(lowWatermarks.get(partition)).get().lowWatermark())
                    .isEqualTo(3);
            assertThat(
                            admin.describeProducers(List.of(partition))
                                    .partitionResult(partition)
                                    .get()
                                    .activeProducers())
                    .isEmpty();
            assertThat(admin.describeLogDirs(List.of(TestCluster.GATEWAY)).allDescriptions().get())
                    .containsKey(TestCluster.GATEWAY);
        }
    }
}
