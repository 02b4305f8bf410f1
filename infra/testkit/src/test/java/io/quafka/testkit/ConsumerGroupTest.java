package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Consumer groups as Kafka's Java client has them, by both protocols.
@Tag("broker")
@Order(1)
class ConsumerGroupTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(40);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int RECORDS = 40;

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory)
                                .withPort(Ports.free())
                                .with("group.initial.rebalance.delay.ms", "100"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    /// A way to be a group, by the name that the tests' parameters have for it.
    private static Map<String, String> member(String protocol, String group) {
        Map<String, String> settings = new HashMap<>();
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("metadata.max.age.ms", "1000");
        switch (protocol) {
            case "consumer" -> settings.put("group.protocol", "consumer");
            case "eager" ->
                    settings.put(
                            "partition.assignment.strategy",
                            "org.apache.kafka.clients.consumer.RangeAssignor");
            case "cooperative" ->
                    settings.put(
                            "partition.assignment.strategy",
                            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
            default -> throw new IllegalArgumentException(protocol);
        }
        return settings;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, String> settings) {
        return Clients.consumer(broker.bootstrap(), settings);
    }

    private static void fill(String topic, int partitions) throws Exception {
        Clients.createTopic(broker.bootstrap(), topic, partitions, Map.of());
        produce(topic, 0);
    }

    private static void produce(String topic, int from) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = from; i < from + RECORDS; i++) {
                byte[] value = Clients.bytes("v" + i);
                records.add(new ProducerRecord<>(topic, value, value));
            }
            Clients.sendAll(producer, records);
        }
    }

    private static Set<String> values(int from, int to) {
        Set<String> values = new HashSet<>();
        for (int i = from; i < to; i++) {
            values.add("v" + i);
        }
        return values;
    }

    /// Polls until as many have come; all that come are told, so that a record read twice shows.
    private static List<String> read(KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<String> values = new ArrayList<>();
        await().atMost(SETTLED_MAX)
                .until(() -> {
                    consumer.poll(POLL).forEach(record -> values.add(Clients.text(record.value())));
                    return values.size() >= count;
                });
        return values;
    }

    @ParameterizedTest
    @ValueSource(strings = {"eager", "cooperative", "consumer"})
    void aGroupGoesOnWhereItStoodAfterTheBrokerWasKilled(String protocol) throws Exception {
        String topic = "resume-" + protocol;
        fill(topic, 3);
        Map<String, String> settings = member(protocol, topic);
        try (var consumer = consumer(settings)) {
            consumer.subscribe(List.of(topic));
            assertThat(read(consumer, RECORDS))
                    .containsExactlyInAnyOrderElementsOf(values(0, RECORDS));
            commit(consumer);
            broker.kill9();
            broker = BrokerProcess.start(broker.options());
            produce(topic, RECORDS);
            assertThat(new HashSet<>(read(consumer, RECORDS)))
                    .isEqualTo(values(RECORDS, 2 * RECORDS));
            commit(consumer);
        }
        broker.terminate();
        broker = BrokerProcess.start(broker.options());
        produce(topic, 2 * RECORDS);
        try (var consumer = consumer(settings)) {
            consumer.subscribe(List.of(topic));
            assertThat(read(consumer, RECORDS))
                    .containsExactlyInAnyOrderElementsOf(values(2 * RECORDS, 3 * RECORDS));
        }
    }

    /// A group may be in the middle of a rebalance after its coordinator came back: then clients
    /// are to poll, and to commit again.
    private static void commit(KafkaConsumer<byte[], byte[]> consumer) {
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    try {
                        consumer.commitSync();
                        return true;
                    } catch (RebalanceInProgressException _) {
                        assertThat(consumer.poll(Duration.ofMillis(100))).isEmpty();
                        return false;
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"eager", "cooperative", "consumer"})
    void membersShareThePartitionsAndTakeOver(String protocol) throws Exception {
        String topic = "share-" + protocol;
        fill(topic, 6);
        Map<String, String> settings = member(protocol, topic);
        List<KafkaConsumer<byte[], byte[]>> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                var consumer = consumer(settings);
                members.add(consumer);
                consumer.subscribe(List.of(topic));
            }
            awaitShares(members, 2);
            members.removeLast().close();
            awaitShares(members, 3);
        } finally {
            members.forEach(KafkaConsumer::close);
        }
    }

    /// All partitions are assigned, each once, and to each member as many.
    private static void awaitShares(List<KafkaConsumer<byte[], byte[]>> members, int each) {
        await().atMost(SETTLED_MAX)
                .until(() -> {
                    members.forEach(member -> member.poll(POLL));
                    Set<TopicPartition> all = new HashSet<>();
                    members.forEach(member -> all.addAll(member.assignment()));
                    return all.size() == each * members.size()
                            && members.stream()
                                    .allMatch(member -> member.assignment().size() == each);
                });
    }

    @Test
    void aPatternIsMatchedByTheCoordinator() throws Exception {
        fill("pattern-one", 1);
        try (var consumer = consumer(member("consumer", "pattern"))) {
            consumer.subscribe(new SubscriptionPattern("pattern-.*"));
            assertThat(read(consumer, RECORDS))
                    .containsExactlyInAnyOrderElementsOf(values(0, RECORDS));
            fill("pattern-two", 1);
            await().atMost(SETTLED_MAX)
                    .until(() -> {
                        consumer.poll(POLL);
                        return consumer.assignment().size() == 2;
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"eager", "consumer"})
    void aStaticMemberComesBackToItsPartitions(String protocol) throws Exception {
        String topic = "static-" + protocol;
        fill(topic, 4);
        Map<String, String> one = member(protocol, topic);
        one.put("group.instance.id", "one");
        Map<String, String> two = member(protocol, topic);
        two.put("group.instance.id", "two");
        try (var first = consumer(one);
                var second = consumer(two)) {
            first.subscribe(List.of(topic));
            second.subscribe(List.of(topic));
            awaitShares(List.of(first, second), 2);
            Set<TopicPartition> before = second.assignment();
            second.close();
            try (var again = consumer(two)) {
                again.subscribe(List.of(topic));
                awaitShares(List.of(first, again), 2);
                assertThat(again.assignment()).isEqualTo(before);
            }
        }
    }

    @Test
    void groupsAreListedDescribedAndDeleted() throws Exception {
        String topic = "administered";
        fill(topic, 2);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            try (var consumer = consumer(member("consumer", topic));
                    var classic = consumer(member("eager", topic + "-classic"))) {
                consumer.subscribe(List.of(topic));
                classic.subscribe(List.of(topic));
                read(consumer, RECORDS);
                read(classic, RECORDS);
                consumer.commitSync();
                classic.commitSync();
                assertThat(admin.listGroups().all().get())
                        .extracting(GroupListing::groupId)
                        .contains(topic, topic + "-classic");
                var described =
                        admin.describeConsumerGroups(List.of(topic, topic + "-classic"))
                                .all()
                                .get();
                assertThat(described).hasSize(2);
                described
                        .values()
                        .forEach(group -> {
                            assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
                            assertThat(group.members()).hasSize(1);
                            assertThat(
                                            group.members()
                                                    .iterator()
                                                    .next()
                                                    .assignment()
                                                    .topicPartitions())
                                    .hasSize(2);
                        });
                assertThatThrownBy(() -> admin.deleteConsumerGroups(List.of(topic)).all().get())
                        .hasCauseInstanceOf(GroupNotEmptyException.class);
            }
            assertThat(offsets(admin, topic)).containsKey(partition);
            admin.alterConsumerGroupOffsets(topic, Map.of(partition, new OffsetAndMetadata(1)))
                    .all()
                    .get();
            assertThat(offsets(admin, topic)).containsEntry(partition, new OffsetAndMetadata(1));
            admin.deleteConsumerGroupOffsets(topic, Set.of(partition)).all().get();
            assertThat(offsets(admin, topic)).doesNotContainKey(partition);
            admin.deleteConsumerGroups(List.of(topic, topic + "-classic")).all().get();
            assertThatThrownBy(() -> admin.describeConsumerGroups(List.of(topic)).all().get())
                    .hasCauseInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group)
            throws InterruptedException, ExecutionException {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eager", "consumer"})
    void offsetsOfADeletedTopicAreForgotten(String protocol) throws Exception {
        String topic = "gone-" + protocol;
        fill(topic, 1);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            try (var consumer = consumer(member(protocol, topic))) {
                consumer.assign(List.of(partition));
                read(consumer, RECORDS);
                consumer.commitSync();
            }
            assertThat(offsets(admin, topic)).containsKey(partition);
            Clients.deleteTopic(broker.bootstrap(), topic);
            await().atMost(SETTLED_MAX).until(() -> offsets(admin, topic).isEmpty());
        }
    }

    @Test
    void whatKafkaRefusesIsRefused() throws Exception {
        String topic = "refused";
        fill(topic, 1);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = consumer(member("eager", topic));
                KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker.bootstrap(), Map.of())) {
            consumer.subscribe(List.of(topic));
            read(consumer, RECORDS);
            assertThatThrownBy(() ->
                            consumer.commitSync(
                                    Map.of(partition, new OffsetAndMetadata(1, "x".repeat(5_000)))))
                    .isInstanceOf(OffsetMetadataTooLarge.class);
            ConsumerGroupMetadata stranger = consumer.groupMetadata();
            assertThat(stranger.generationId()).isPositive();
            try (var other = consumer(member("eager", topic))) {
                other.assign(List.of(partition));
                assertThatThrownBy(
                                () -> other.commitSync(Map.of(partition, new OffsetAndMetadata(1))))
                        .isInstanceOf(CommitFailedException.class);
            }
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("__consumer_offsets", new byte[1]))
                                    .get())
                    .hasCauseInstanceOf(org.apache.kafka.common.errors.InvalidTopicException.class);
        }
    }
}
