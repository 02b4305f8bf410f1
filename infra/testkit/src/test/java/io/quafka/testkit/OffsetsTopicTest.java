package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of committed offsets: those that were overwritten take no room for long, those that
/// expired are gone, the others stay.
@Tag("broker")
class OffsetsTopicTest {
    private static final long MIB = 1L << 20;
    private static final int COMMITS = 2_000;
    private static final int IN_FLIGHT = 100;
    private static final String METADATA = "m".repeat(4_000);
    private static final TopicPartition COMMITTED = new TopicPartition("t", 0);
    private static final TopicPartition OFFSETS = new TopicPartition("__consumer_offsets", 0);
    private static final Duration SETTLED_MAX = Duration.ofSeconds(60);

    @TempDir private Path directory;

    private BrokerOptions options() {
        return BrokerOptions.in(directory)
                .withSmallSegments()
                .with("offsets.topic.num.partitions", "1")
                .with("offsets.topic.segment.bytes", "1MiB")
                .with("offsets.retention.check.interval.ms", "200")
                .with("storage.compaction.interval", "200ms");
    }

    @Test
    void overwrittenCommitsGiveTheirRoomBack() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options())) {
            Clients.createTopic(broker.bootstrap(), "t", 1, Map.of());
            try (Admin admin = Clients.admin(broker.bootstrap())) {
                commit(admin, "kept", 7);
                List<KafkaFuture<Void>> commits = new ArrayList<>();
                for (int i = 1; i <= COMMITS; i++) {
                    commits.add(committed(admin, "g" + i % 3, i));
                    if (commits.size() == IN_FLIGHT) {
                        KafkaFuture.allOf(commits.toArray(KafkaFuture[]::new)).get();
                        commits.clear();
                    }
                }
                commit(admin, "g0", COMMITS + 1);
                assertThat((long) COMMITS * METADATA.length()).isGreaterThan(6 * MIB);
                await().atMost(SETTLED_MAX).until(() -> offsetsBytes(admin) < 2 * MIB);
            }
            broker.requireNoAlarms();
            broker.kill9();
            try (BrokerProcess again = broker.restart();
                    Admin admin = Clients.admin(again.bootstrap())) {
                assertThat(offset(admin, "kept")).isEqualTo(7);
                assertThat(offsets(admin, "g0").get(COMMITTED))
                        .isEqualTo(new OffsetAndMetadata(COMMITS + 1, METADATA));
                assertThat(offset(admin, "g1"))
                        .isBetween((long) COMMITS - IN_FLIGHT, (long) COMMITS);
                again.requireNoAlarms();
            }
        }
    }

    @Test
    void anOffsetIsGoneWhenItsTimeIsOver() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options());
                Admin admin = Clients.admin(broker.bootstrap())) {
            Clients.createTopic(broker.bootstrap(), "t", 1, Map.of());
            commit(admin, "lasting", 7);
            try (RawGroup group = new RawGroup(broker.port(), "passing")) {
                assertThat(group.commit(4, "t", "", -1, 5_000)).isEqualTo(Errors.NONE);
            }
            assertThat(offsets(admin, "passing")).containsKey(COMMITTED);
            await().atMost(SETTLED_MAX).until(() -> offsets(admin, "passing").isEmpty());
            assertThat(offsets(admin, "lasting")).containsKey(COMMITTED);
            broker.kill9();
            try (BrokerProcess again = broker.restart();
                    Admin later = Clients.admin(again.bootstrap())) {
                assertThat(offsets(later, "passing")).isEmpty();
                assertThat(offsets(later, "lasting")).containsKey(COMMITTED);
            }
        }
    }

    private static KafkaFuture<Void> committed(Admin admin, String group, long offset) {
        return admin.alterConsumerGroupOffsets(
                        group, Map.of(COMMITTED, new OffsetAndMetadata(offset, METADATA)))
                .all();
    }

    private static void commit(Admin admin, String group, long offset) throws Exception {
        committed(admin, group, offset).get();
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group)
            throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    }

    private static long offset(Admin admin, String group) throws Exception {
        return requireNonNull(offsets(admin, group).get(COMMITTED)).offset();
    }

    private static long offsetsBytes(Admin admin) throws Exception {
        int node = admin.describeCluster().nodes().get().iterator().next().id();
        return requireNonNull(
                        admin.describeLogDirs(List.of(node)).allDescriptions().get().get(node))
                .values()
                .stream()
                .mapToLong(logs -> requireNonNull(logs.replicaInfos().get(OFFSETS)).size())
                .sum();
    }
}
