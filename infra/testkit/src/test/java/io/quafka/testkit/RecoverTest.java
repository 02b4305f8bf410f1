package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cluster whose disks are gone comes back from its bucket: records at their offsets, topics with
/// their ids and settings, groups at their positions, transactions decided.
@Tag("broker")
class RecoverTest {
    private static final String TOPIC = "history";
    private static final String TRANSACTIONS = "transactions";
    private static final String KEPT_OFF = "kept-off";
    private static final String COMPACTED = "compacted";
    private static final int KEYS = 10;
    private static final String GROUP = "readers";
    private static final int PARTITIONS = 3;
    private static final Duration WITHIN = Duration.ofSeconds(120);
    private static final ConfigResource CLUSTER =
            new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final String REPLICAS_MAX = "storage.replication.factor.max";

    @TempDir private Path directory;

    private final CheckedTopic topic = new CheckedTopic(TOPIC, PARTITIONS);

    /// What a topic is known by.
    private record Known(TopicDescription description, Map<String, String> configs) {
        static Known of(String bootstrap, String topic) throws Exception {
            try (Admin admin = Clients.admin(bootstrap)) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                Map<String, String> configs = new HashMap<>();
                var described = admin.describeConfigs(List.of(resource)).all().get();
                requireNonNull(described.get(resource))
                        .entries()
                        .forEach(entry -> configs.put(entry.name(), String.valueOf(entry.value())));
                var topics = admin.describeTopics(List.of(topic)).allTopicNames().get();
                return new Known(requireNonNull(topics.get(topic)), configs);
            }
        }
    }

    /// Ten records committed, ten aborted, ten that wait for an end that never comes.
    private static KafkaProducer<byte[], byte[]> leaveTransactions(String bootstrap) {
        KafkaProducer<byte[], byte[]> producer =
                Clients.producer(bootstrap, Map.of("transactional.id", "t"));
        producer.initTransactions();
        for (String end : List.of("committed", "aborted", "open")) {
            producer.beginTransaction();
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>(TRANSACTIONS, 0, null, Clients.bytes(end + i)));
            }
            producer.flush();
            switch (end) {
                case "committed" -> producer.commitTransaction();
                case "aborted" -> producer.abortTransaction();
                default -> {}
            }
        }
        return producer;
    }

    private static void commit(String bootstrap, String group, Map<TopicPartition, Long> offsets) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(bootstrap, Map.of("group.id", group))) {
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            offsets.forEach(
                    (partition, offset) -> positions.put(partition, new OffsetAndMetadata(offset)));
            consumer.commitSync(positions);
        }
    }

    /// Waits until what groups have committed by now is in the bucket: a copy that was begun after
    /// one that was seen.
    private static void awaitOffsetsCopied(String bootstrap, S3Server server) {
        for (int round = 0; round < 2; round++) {
            List<String> seen = server.keys("tests/").stream().filter(RecoverTest::isCopy).toList();
            commit(bootstrap, "tick", Map.of(new TopicPartition(TOPIC, 0), (long) round));
            await().atMost(WITHIN)
                    .until(() ->
                            server.keys("tests/").stream()
                                    .filter(RecoverTest::isCopy)
                                    .anyMatch(key -> !seen.contains(key)));
        }
    }

    private static boolean isCopy(String key) {
        return key.contains("/internal-");
    }

    private record Ended(int status, String told) {}

    private Ended quafka(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), "io.quafka.program.Quafka"));
        command.addAll(arguments);
        Path output = Files.createTempFile(directory, "quafka", ".out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(WITHIN.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        String told = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as(told).isTrue();
        return new Ended(process.exitValue(), told);
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Test
    void aClusterComesBackFromItsBucketAlone() throws Exception {
        try (S3Server server = S3Server.inMemory()) {
            Map<String, String> s3 =
                    CheckedTopic.s3(
                            server.port(), S3Server.SECRET_KEY, directory.resolve("secret"));
            BrokerOptions options =
                    CheckedTopic.inBucket(BrokerOptions.in(directory), s3)
                            .with("offsets.topic.num.partitions", "3")
                            .with("storage.compaction.interval", "200ms");
            List<Known> before = new ArrayList<>();
            try (BrokerProcess broker = BrokerProcess.start(options)) {
                prepare(broker.bootstrap(), server, before);
                broker.kill9();
            }
            deleteTree(directory.resolve("data"));

            List<String> recover = new ArrayList<>(List.of("recover", "--from"));
            recover.add("s3://" + S3Server.BUCKET + "/tests");
            recover.addAll(List.of("--data", directory.resolve("data").toString()));
            s3.forEach((key, value) -> recover.addAll(List.of("--set", key + "=" + value)));
            List<String> keys = server.keys("");
            recover.add("--dry-run");
            assertThat(quafka(recover).told()).contains("Would recover", TOPIC);
            assertThat(server.keys("")).as("a dry run writes nothing").isEqualTo(keys);
            assertThat(directory.resolve("data")).doesNotExist();
            recover.removeLast();
            Ended ended = quafka(recover);
            assertThat(ended.status()).as(ended.told()).isZero();
            assertThat(ended.told())
                    .contains("Recovered cluster", "2 groups", "1 of these", "1 transactions")
                    .containsPattern(KEPT_OFF + ".*remote.storage.enable=false");
            assertThat(quafka(recover).status())
                    .as("what is there is not overwritten")
                    .isEqualTo(1);

            try (BrokerProcess again = BrokerProcess.start(options)) {
                verify(again.bootstrap(), before);
                again.kill9();
                try (BrokerProcess third = again.restart()) {
                    topic.assertAllThere(third.bootstrap());
                    third.terminate();
                }
            }
        }
    }

    /// As of a cluster that was formed before there were settings to begin with.
    private static void deleteSettings(String bootstrap) throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            AlterConfigOp delete =
                    new AlterConfigOp(
                            new ConfigEntry(REPLICAS_MAX, null), AlterConfigOp.OpType.DELETE);
            admin.incrementalAlterConfigs(Map.of(CLUSTER, List.of(delete))).all().get();
        }
    }

    private static String replicasMax(String bootstrap) throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            var described = admin.describeConfigs(List.of(CLUSTER)).all().get();
            return requireNonNull(requireNonNull(described.get(CLUSTER)).get(REPLICAS_MAX)).value();
        }
    }

    private void prepare(String bootstrap, S3Server server, List<Known> before) throws Exception {
        deleteSettings(bootstrap);
        topic.create(bootstrap);
        Clients.createTopic(bootstrap, TRANSACTIONS, 1, CheckedTopic.NOTHING_STAYS);
        Clients.createTopic(bootstrap, KEPT_OFF, 1, Map.of("remote.storage.enable", "false"));
        createCompacted(bootstrap);
        topic.fill(bootstrap, 1_000);
        try (var _ = leaveTransactions(bootstrap)) {
            CheckedTopic.awaitNothingLocal(bootstrap, TRANSACTIONS, 1);
            topic.awaitNothingLocal(bootstrap);
            commit(
                    bootstrap,
                    GROUP,
                    Map.of(
                            new TopicPartition(TOPIC, 0), 123L,
                            new TopicPartition(TOPIC, 1), 5_000L));
            awaitOffsetsCopied(bootstrap, server);
            awaitCompacted(bootstrap);
            for (String name : List.of(TOPIC, TRANSACTIONS, KEPT_OFF, COMPACTED)) {
                before.add(Known.of(bootstrap, name));
            }
        }
    }

    /// Values of ten keys, each written anew fifty times; the last one is deleted.
    private static void createCompacted(String bootstrap) throws Exception {
        Map<String, String> configs = new HashMap<>(CheckedTopic.NOTHING_STAYS);
        configs.put("cleanup.policy", "compact");
        configs.put("remote.storage.enable", "true");
        configs.put("min.cleanable.dirty.ratio", "0");
        Clients.createTopic(bootstrap, COMPACTED, 1, configs);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 50 * KEYS; i++) {
            byte[] key = Clients.bytes("k" + i % KEYS);
            byte[] value = i + 1 == 50 * KEYS ? null : Clients.bytes("v" + i);
            records.add(new ProducerRecord<>(COMPACTED, 0, key, value));
        }
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(bootstrap, Map.of())) {
            Clients.sendAll(producer, records);
        }
    }

    /// Waits until of each key the last record is there, and nothing else.
    private static void awaitCompacted(String bootstrap) {
        List<String> expected = new ArrayList<>();
        for (int i = 49 * KEYS; i < 50 * KEYS - 1; i++) {
            expected.add(i + "=v" + i);
        }
        expected.add(50 * KEYS - 1 + "=");
        await().atMost(WITHIN)
                .untilAsserted(() ->
                        assertThat(
                                        Clients.readAll(bootstrap, Clients.partitions(COMPACTED, 1))
                                                .stream()
                                                .map(each ->
                                                        each.offset()
                                                                + "="
                                                                + (each.value() == null
                                                                        ? ""
                                                                        : Clients.text(
                                                                                each.value())))
                                                .toList())
                                .isEqualTo(expected));
    }

    private void verify(String bootstrap, List<Known> before) throws Exception {
        assertThat(replicasMax(bootstrap)).isEqualTo("1");
        List<Known> after = new ArrayList<>();
        for (String name : List.of(TOPIC, TRANSACTIONS, KEPT_OFF, COMPACTED)) {
            after.add(Known.of(bootstrap, name));
        }
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i).configs()).isEqualTo(before.get(i).configs());
            assertThat(after.get(i).description().topicId())
                    .isEqualTo(before.get(i).description().topicId());
            assertThat(after.get(i).description().partitions())
                    .hasSameSizeAs(before.get(i).description().partitions());
        }
        topic.assertAllThere(bootstrap);
        awaitCompacted(bootstrap);
        assertPositions(bootstrap);
        assertTransactions(bootstrap);
        topic.fill(bootstrap, 300);
        topic.assertAllThere(bootstrap);
        topic.awaitNothingLocal(bootstrap);
        topic.assertAllThere(bootstrap);
    }

    private void assertPositions(String bootstrap) {
        TopicPartition first = new TopicPartition(TOPIC, 0);
        TopicPartition second = new TopicPartition(TOPIC, 1);
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(bootstrap, Map.of("group.id", GROUP))) {
            Map<TopicPartition, OffsetAndMetadata> positions =
                    consumer.committed(Set.of(first, second));
            assertThat(requireNonNull(positions.get(first)).offset()).isEqualTo(123);
            assertThat(requireNonNull(positions.get(second)).offset())
                    .as("what lay past the end is taken back to it")
                    .isEqualTo(topic.size(1));
        }
    }

    private static void assertTransactions(String bootstrap) {
        List<String> committed =
                Clients.readAll(
                                bootstrap,
                                Clients.partitions(TRANSACTIONS, 1),
                                Map.of("isolation.level", "read_committed"))
                        .stream()
                        .map(record -> Clients.text(record.value()))
                        .toList();
        assertThat(committed).hasSize(10).allMatch(value -> value.startsWith("committed"));
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(bootstrap, Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TRANSACTIONS, 0, null, Clients.bytes("after")));
            producer.commitTransaction();
        }
        assertThat(
                        Clients.readAll(
                                bootstrap,
                                Clients.partitions(TRANSACTIONS, 1),
                                Map.of("isolation.level", "read_committed")))
                .hasSize(11);
    }

    @Test
    void aLostIndexAdoptsItsHistory() throws Exception {
        try (BrokerProcess broker =
                BrokerProcess.start(CheckedTopic.tiering(BrokerOptions.in(directory)))) {
            topic.create(broker.bootstrap());
            topic.fill(broker.bootstrap(), 500);
            topic.awaitNothingLocal(broker.bootstrap());
            Path first = directory.resolve("data/storage/shard-1/00000000000000000000.log");
            await().atMost(WITHIN).until(() -> !Files.exists(first));
            broker.kill9();
            deleteTree(directory.resolve("data/storage/index"));
            try (BrokerProcess again = broker.restart()) {
                topic.assertAllThere(again.bootstrap());
                topic.fill(again.bootstrap(), 100);
                topic.assertAllThere(again.bootstrap());
                topic.awaitNothingLocal(again.bootstrap());
                topic.assertAllThere(again.bootstrap());
            }
        }
    }
}
