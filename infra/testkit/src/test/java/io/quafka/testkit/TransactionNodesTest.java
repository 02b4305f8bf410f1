package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Transactions over the partitions, and by the coordinators, of two storage nodes in processes of
/// their own, one of which is killed again and again.
@Tag("broker")
class TransactionNodesTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(90);
    private static final long SEED = 20_261_124;
    private static final int ROUNDS = 3;
    private static final int PRODUCERS = 2;
    private static final int PARTITIONS = 8;
    private static final String TOPIC = "ledger";

    @TempDir private Path directory;

    private final List<BrokerProcess> processes = new ArrayList<>();

    private BrokerProcess start(String role, String members) throws Exception {
        Path own = Files.createDirectory(directory.resolve(role + processes.size()));
        BrokerProcess process =
                BrokerProcess.start(
                        BrokerOptions.in(own)
                                .withRole(role)
                                .withHeapMib(128)
                                .with("controller.members", members)
                                .with("controller.session.timeout", "3s"));
        processes.add(process);
        return process;
    }

    @AfterEach
    void stopAll() {
        processes.reversed().forEach(BrokerProcess::close);
    }

    @Test
    void everyTransactionIsWholeOrNotThereWhenOneOfTwoNodesDies() throws Exception {
        String members = "1@127.0.0.1:" + Ports.free();
        start("controller", members);
        List<BrokerProcess> nodes =
                new ArrayList<>(List.of(start("storage", members), start("storage", members)));
        String bootstrap = start("gateway", members).bootstrap();
        Clients.createTopic(bootstrap, TOPIC, PARTITIONS, Map.of());
        List<TopicPartition> partitions = Clients.partitions(TOPIC, PARTITIONS);

        Random random = new Random(SEED);
        List<TransactionalLoad> loads = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            loads.add(
                    new TransactionalLoad(bootstrap, "teller-" + i, partitions, random.nextLong()));
        }
        for (int round = 0; round < ROUNDS; round++) {
            int target = ended(loads) + 5 + random.nextInt(30);
            await().atMost(SETTLED_MAX)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> ended(loads) >= target);
            int victim = round % nodes.size();
            nodes.get(victim).kill9();
            nodes.get(victim).requireNoAlarms();
            BrokerProcess again = nodes.get(victim).restart();
            processes.add(again);
            nodes.set(victim, again);
        }
        int afterwards = ended(loads) + PRODUCERS;
        await().atMost(SETTLED_MAX).until(() -> ended(loads) >= afterwards);
        for (TransactionalLoad load : loads) {
            load.finish();
        }
        try (Admin admin = Clients.admin(bootstrap)) {
            await().atMost(SETTLED_MAX)
                    .until(() ->
                            admin.listTransactions().all().get().stream()
                                    .allMatch(listed ->
                                            listed.state().toString().startsWith("Complete")));
        }
        TransactionVerdict.require(bootstrap, partitions, loads);
        for (BrokerProcess node : nodes) {
            assertThat(Metrics.read(node, "quafka_storage_appended_records_total")).isPositive();
        }
        nodes.forEach(BrokerProcess::requireNoAlarms);
    }

    private static int ended(List<TransactionalLoad> loads) {
        return loads.stream().mapToInt(TransactionalLoad::ended).sum();
    }
}
