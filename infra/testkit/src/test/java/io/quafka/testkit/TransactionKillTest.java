package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The broker is killed again and again under transactional load. Afterwards a reader of committed
/// records finds each transaction whole or not at all; those whose commit was acknowledged whole,
/// those whose abort was not at all; none twice.
@Tag("broker")
class TransactionKillTest {
    private static final int ROUNDS = Integer.getInteger("quafka.kill.rounds", 4);
    private static final long SEED = Long.getLong("quafka.kill.seed", 20_261_123);
    private static final int PRODUCERS = 2;
    private static final int PARTITIONS = 4;
    private static final String TOPIC = "bank";

    @TempDir private Path directory;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void everyTransactionIsWholeOrNotThere() throws Exception {
        Random random = new Random(SEED);
        BrokerProcess broker =
                BrokerProcess.start(BrokerOptions.in(directory).withPort(Ports.free()));
        try {
            Clients.createTopic(broker.bootstrap(), TOPIC, PARTITIONS, Map.of());
            List<TopicPartition> partitions = Clients.partitions(TOPIC, PARTITIONS);
            List<TransactionalLoad> loads = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                loads.add(
                        new TransactionalLoad(
                                broker.bootstrap(), "teller-" + i, partitions, random.nextLong()));
            }
            for (int round = 0; round < ROUNDS; round++) {
                int target = ended(loads) + 5 + random.nextInt(60);
                await().atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> ended(loads) >= target);
                broker.kill9();
                broker.requireNoAlarms();
                broker = broker.restart();
            }
            for (TransactionalLoad load : loads) {
                load.finish();
            }
            broker.kill9();
            broker = broker.restart();
            Map<String, Map<String, Integer>> seen = seen(broker, partitions);
            for (TransactionalLoad load : loads) {
                load.outcomes().forEach((id, outcome) -> check(id, outcome, seen.remove(id)));
            }
            assertThat(seen).as("transactions that nobody began").isEmpty();
            broker.requireNoAlarms();
            broker.terminate();
        } finally {
            broker.close();
        }
    }

    private static int ended(List<TransactionalLoad> loads) {
        return loads.stream().mapToInt(TransactionalLoad::ended).sum();
    }

    /// How often each record of each transaction is seen.
    private static Map<String, Map<String, Integer>> seen(
            BrokerProcess broker, List<TopicPartition> partitions) {
        Map<String, Map<String, Integer>> seen = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record :
                Clients.readAll(
                        broker.bootstrap(),
                        partitions,
                        Map.of("isolation.level", "read_committed"))) {
            seen.computeIfAbsent(Clients.text(record.key()), _ -> new HashMap<>())
                    .merge(Clients.text(record.value()), 1, Integer::sum);
        }
        return seen;
    }

    private static void check(
            String id, TransactionalLoad.Outcome outcome, @Nullable Map<String, Integer> records) {
        Map<String, Integer> found = records == null ? Map.of() : records;
        assertThat(found.values()).as(id + ": records twice").allMatch(times -> times == 1);
        switch (outcome.end()) {
            case COMMITTED -> assertThat(found).as(id).hasSize(outcome.records());
            case ABORTED -> assertThat(found).as(id).isEmpty();
            case UNKNOWN -> assertThat(found.size()).as(id).isIn(0, outcome.records());
        }
    }
}
