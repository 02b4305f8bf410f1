package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// History in an object store, as clients meet it: what was written is read back when nothing of it
/// is on the storage disks any more, after restarts and kills too.
@Tag("broker")
class TieringTest {
    private static final String TOPIC = "history";
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 1_000;
    private static final Duration TIERED_MAX = Duration.ofSeconds(60);

    @TempDir private Path directory;

    private final CheckedTopic topic = new CheckedTopic(TOPIC, PARTITIONS);

    @Test
    void allIsReadBackFromObjectsAfterRestartsAndKillsToo() throws Exception {
        try (BrokerProcess broker =
                BrokerProcess.start(CheckedTopic.tiering(BrokerOptions.in(directory)))) {
            topic.create(broker.bootstrap());
            topic.fill(broker.bootstrap(), RECORDS);
            topic.awaitNothingLocal(broker.bootstrap());
            topic.assertAllThere(broker.bootstrap());
            assertThat(Metrics.read(broker, "quafka_tiering_uploads_total")).isPositive();
            topic.fill(broker.bootstrap(), RECORDS / 2);
            broker.kill9();
            try (BrokerProcess again = broker.restart()) {
                topic.assertAllThere(again.bootstrap());
                topic.awaitNothingLocal(again.bootstrap());
                topic.assertAllThere(again.bootstrap());
                assertTimesAreFound(again.bootstrap());
                again.terminate();
                try (BrokerProcess third = again.restart()) {
                    topic.assertAllThere(third.bootstrap());
                    Clients.deleteTopic(third.bootstrap(), TOPIC);
                    await().atMost(TIERED_MAX)
                            .untilAsserted(() ->
                                    assertThat(objects(directory.resolve("data/objects")))
                                            .isEmpty());
                    third.terminate();
                }
            }
        }
    }

    /// Records' timestamps are their numbers in each filling.
    private static void assertTimesAreFound(String bootstrap) {
        TopicPartition partition = new TopicPartition(TOPIC, 1);
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumer(bootstrap, Map.of())) {
            var found = consumer.offsetsForTimes(Map.of(partition, 500L)).get(partition);
            assertThat(requireNonNull(found).timestamp()).isEqualTo(502);
            assertThat(found.offset()).isEqualTo((502 - 1) / PARTITIONS);
        }
    }

    private static List<Path> objects(Path store) throws Exception {
        try (Stream<Path> files = Files.walk(store)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("shard-"))
                    .toList();
        }
    }

    @Test
    void anS3BucketDoesAsWell() throws Exception {
        try (S3Server server = S3Server.inMemory()) {
            BrokerOptions options =
                    CheckedTopic.inBucket(
                            BrokerOptions.in(directory),
                            CheckedTopic.s3(
                                    server.port(),
                                    S3Server.SECRET_KEY,
                                    directory.resolve("secret")));
            try (BrokerProcess broker = BrokerProcess.start(options)) {
                topic.create(broker.bootstrap());
                topic.fill(broker.bootstrap(), RECORDS);
                topic.awaitNothingLocal(broker.bootstrap());
                fillUntilMerged(broker);
                topic.assertAllThere(broker.bootstrap());
                broker.kill9();
                try (BrokerProcess again = broker.restart()) {
                    fillUntilMerged(again);
                    topic.assertAllThere(again.bootstrap());
                    again.terminate();
                }
            }
        }
    }

    /// Makes small objects until some of them are merged.
    private void fillUntilMerged(BrokerProcess broker) {
        await().atMost(TIERED_MAX)
                .until(() -> {
                    topic.fill(broker.bootstrap(), 20);
                    topic.awaitTiered(broker.bootstrap());
                    return Metrics.read(broker, "quafka_tiering_merges_total") > 0;
                });
    }

    @Test
    void gatewaysOfTheirOwnReadTheStoreThemselves() throws Exception {
        String members = "1@127.0.0.1:" + Ports.free();
        List<BrokerProcess> processes = new ArrayList<>();
        try {
            for (String role : List.of("controller", "storage", "gateway")) {
                Path own = Files.createDirectory(directory.resolve(role));
                processes.add(
                        BrokerProcess.start(
                                CheckedTopic.tiering(
                                                BrokerOptions.in(own)
                                                        .withRole(role)
                                                        .withHeapMib(128))
                                        .with("controller.members", members)
                                        .with(
                                                "tiering.directory",
                                                directory.resolve("bucket").toString())));
            }
            BrokerProcess gateway = processes.getLast();
            topic.create(gateway.bootstrap());
            topic.fill(gateway.bootstrap(), RECORDS);
            topic.awaitNothingLocal(gateway.bootstrap());
            topic.assertAllThere(gateway.bootstrap());
            assertThat(Metrics.text(gateway))
                    .doesNotContain("quafka_store_bytes_total{operation=\"get\"} 0\n");
        } finally {
            processes.reversed().forEach(BrokerProcess::close);
        }
    }
}
