package io.quafka.testkit;

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

/// The broker is killed again and again under transactional load.
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
            TransactionVerdict.require(broker.bootstrap(), partitions, loads);
            broker.requireNoAlarms();
            broker.terminate();
        } finally {
            broker.close();
        }
    }

    private static int ended(List<TransactionalLoad> loads) {
        return loads.stream().mapToInt(TransactionalLoad::ended).sum();
    }
}
