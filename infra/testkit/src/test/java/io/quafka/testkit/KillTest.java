package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` under load, several times, at seeded moments. The producers live through it and so
/// does the reader: no record is lost, doubled or reordered, and no offset changes what it holds.
///
/// `-Dquafka.kill.rounds=50 -Dquafka.kill.seed=7` kills more often, and at other moments.
@Tag("broker")
class KillTest {
    private static final int ROUNDS = Integer.getInteger("quafka.kill.rounds", 4);
    private static final long SEED = Long.getLong("quafka.kill.seed", 20_261_122);
    private static final int PRODUCERS = 3;
    private static final int TOPICS = 3;
    private static final int PARTITIONS = 4;
    private static final int RECORDS_BEFORE_KILL_MAX = 8_000;

    @TempDir private Path directory;

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void everyAcknowledgedRecordSurvivesOnce() throws Exception {
        Random random = new Random(SEED);
        BrokerProcess broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory).withPort(Ports.free()).withSmallSegments());
        try {
            List<TopicPartition> partitions = createTopics(broker.bootstrap());
            List<KillLoad> loads = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                loads.add(new KillLoad(broker.bootstrap(), i, partitions, random.nextLong()));
            }
            KillWitness witness = new KillWitness(broker.bootstrap(), partitions);
            for (int round = 0; round < ROUNDS; round++) {
                long target = acknowledged(loads) + 1 + random.nextInt(RECORDS_BEFORE_KILL_MAX);
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> acknowledged(loads) >= target || witness.isFailed());
                broker.kill9();
                broker.requireNoAlarms();
                broker = broker.restart();
                broker.requireNoAlarms();
            }
            for (KillLoad load : loads) {
                load.finish();
            }
            witness.finish();
            broker.kill9();
            broker = broker.restart();
            KillVerdict verdict = new KillVerdict(broker.bootstrap(), partitions);
            loads.forEach(verdict::requireAll);
            verdict.requireNothingElse(loads);
            verdict.requireUnchanged(witness.seen());
            assertThat(witness.seen()).as("the reader read while brokers died").isNotEmpty();
            broker.requireNoAlarms();
            broker.terminate();
        } finally {
            broker.close();
        }
    }

    private static long acknowledged(List<KillLoad> loads) {
        return loads.stream().mapToLong(KillLoad::acknowledged).sum();
    }

    private static List<TopicPartition> createTopics(String bootstrap) throws Exception {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            Clients.createTopic(bootstrap, "killed-" + i, PARTITIONS, Map.of());
            partitions.addAll(Clients.partitions("killed-" + i, PARTITIONS));
        }
        return partitions;
    }
}
