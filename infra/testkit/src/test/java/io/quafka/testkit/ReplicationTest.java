package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Replicated storage nodes are killed and stopped under load: nothing acknowledged is lost, and
/// who comes back is in sync again.
@Tag("broker")
class ReplicationTest {
    private static final int PARTITIONS = 6;
    private static final long SEED = 20_261_128;
    private static final int RECORDS_BETWEEN = 1_500;
    private static final int ROUNDS = Integer.getInteger("quafka.replication.rounds", 1);

    private static final int RECORDS_FEW = 2 * KillLoad.UNANSWERED_MAX;

    @TempDir private Path directory;

    private final Random random = new Random(SEED);
    private ReplicatedProcesses cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ReplicatedProcesses(directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLostWhenALeaderIsKilled() throws Exception {
        cluster.create("load", PARTITIONS);
        List<TopicPartition> partitions = Clients.partitions("load", PARTITIONS);
        cluster.awaitInSync(3);
        List<KillLoad> loads = loads(partitions);
        KillWitness witness = new KillWitness(cluster.bootstrap(), partitions);
        awaitMore(loads, witness, RECORDS_FEW);

        int killed = cluster.leaderOf("load", 0);
        cluster.node(killed).kill9();
        // More than what may be on its way to the partitions that have no leader.
        awaitMore(loads, witness, RECORDS_FEW);
        cluster.restart(killed);
        cluster.awaitInSync(3);
        finish(loads, witness);
        verify(loads, witness, partitions);
        cluster.requireNoAlarms();
    }

    /// It is under its old id again, with nothing of any shard.
    @Test
    @EnabledIfSystemProperty(named = "quafka.replication.processes", matches = "true")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aNodeThatLostItsDiskIsMadeAnewUnderLoad() throws Exception {
        cluster.create("load", PARTITIONS);
        List<TopicPartition> partitions = Clients.partitions("load", PARTITIONS);
        cluster.awaitInSync(3);
        List<KillLoad> loads = loads(partitions);
        KillWitness witness = new KillWitness(cluster.bootstrap(), partitions);
        awaitMore(loads, witness, RECORDS_BETWEEN);
        for (int round = 0; round < ROUNDS; round++) {
            int lost = round % ReplicatedProcesses.NODES;
            cluster.node(lost).kill9();
            awaitMore(loads, witness, RECORDS_BETWEEN);
            cluster.loseShards(lost);
            cluster.restart(lost);
            if (round % 2 == 1) {
                // In the middle of it, or soon after.
                cluster.awaitLogged(lost, "it is made anew");
                cluster.node(lost).kill9();
                cluster.restart(lost);
            }
            cluster.awaitInSync(3);
            cluster.awaitLogged(lost, "replica made anew");
            awaitMore(loads, witness, RECORDS_BETWEEN);
            cluster.node((round + 1) % ReplicatedProcesses.NODES).kill9();
            awaitMore(loads, witness, RECORDS_BETWEEN);
            awaitRead(loads, witness);
            cluster.restart((round + 1) % ReplicatedProcesses.NODES);
            cluster.awaitInSync(3);
        }
        finish(loads, witness);
        verify(loads, witness, partitions);
        cluster.requireNoAlarmsOfStorage();
    }

    /// Takes a minute for each of `quafka.replication.rounds`.
    @Test
    @EnabledIfSystemProperty(named = "quafka.replication.processes", matches = "true")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLostWhenLeadersAreKilledAndStopped() throws Exception {
        cluster.create("load", PARTITIONS);
        cluster.create("ledger", PARTITIONS);
        cluster.create("probe", PARTITIONS);
        List<TopicPartition> partitions = Clients.partitions("load", PARTITIONS);
        List<TopicPartition> ledger = Clients.partitions("ledger", PARTITIONS);
        cluster.awaitInSync(3);
        List<KillLoad> loads = loads(partitions);
        TransactionalLoad teller =
                new TransactionalLoad(cluster.bootstrap(), "teller", ledger, random.nextLong());
        KillWitness witness = new KillWitness(cluster.bootstrap(), partitions);
        awaitMore(loads, witness, RECORDS_BETWEEN);
        for (int round = 0; round < ROUNDS; round++) {
            killAndStop(round, loads, witness);
        }
        int ended = teller.ended() + 2;
        await().atMost(ReplicatedProcesses.SETTLED_MAX).until(() -> teller.ended() >= ended);
        teller.finish();
        finish(loads, witness);
        cluster.node((ROUNDS + 1) % ReplicatedProcesses.NODES).kill9();
        verify(loads, witness, partitions);
        TransactionVerdict.require(cluster.bootstrap(), ledger, List.of(teller));
        cluster.requireNoAlarms();
    }

    private List<KillLoad> loads(List<TopicPartition> partitions) {
        List<KillLoad> loads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            loads.add(new KillLoad(cluster.bootstrap(), i, partitions, random.nextLong()));
        }
        return loads;
    }

    private void killAndStop(int round, List<KillLoad> loads, KillWitness witness)
            throws Exception {
        int killed = round % ReplicatedProcesses.NODES;
        int stopped = (round + 1) % ReplicatedProcesses.NODES;
        cluster.node(killed).kill9();
        System.out.printf("writable again after kill -9: %d ms%n", writableMs());
        awaitMore(loads, witness, RECORDS_BETWEEN);
        awaitRead(loads, witness);
        cluster.restart(killed);
        cluster.awaitInSync(3);
        awaitMore(loads, witness, RECORDS_BETWEEN);

        cluster.node(stopped).pause();
        System.out.printf("writable again after SIGSTOP: %d ms%n", writableMs());
        cluster.awaitInSync(2);
        awaitMore(loads, witness, RECORDS_BETWEEN);
        awaitRead(loads, witness);
        cluster.node(stopped).resume();
        cluster.awaitInSync(3);
        awaitMore(loads, witness, RECORDS_BETWEEN);
    }

    private long writableMs() throws Exception {
        return cluster.writableMs("probe", PARTITIONS, Map.of());
    }

    private static void awaitMore(List<KillLoad> loads, KillWitness witness, int records) {
        Map<KillLoad, Long> targets = new HashMap<>();
        loads.forEach(load -> targets.put(load, load.acknowledged() + records));
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .until(() ->
                        witness.isFailed()
                                || loads.stream()
                                        .allMatch(load ->
                                                load.acknowledged()
                                                        >= requireNonNull(targets.get(load))));
    }

    /// The reader has what was acknowledged by now.
    private static void awaitRead(List<KillLoad> loads, KillWitness witness) {
        long acknowledged = loads.stream().mapToLong(KillLoad::acknowledged).sum();
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .until(() -> witness.isFailed() || witness.seen().size() >= acknowledged);
    }

    private static void finish(List<KillLoad> loads, KillWitness witness)
            throws InterruptedException {
        for (KillLoad load : loads) {
            load.finish();
        }
        awaitRead(loads, witness);
        witness.finish();
    }

    private void verify(
            List<KillLoad> loads, KillWitness witness, List<TopicPartition> partitions) {
        KillVerdict verdict = new KillVerdict(cluster.bootstrap(), partitions);
        loads.forEach(verdict::requireAll);
        verdict.requireNothingElse(loads);
        verdict.requireUnchanged(witness.seen());
        assertThat(witness.seen()).isNotEmpty();
    }
}
