package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Shard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Shards that are moved to and fro among nodes that stop, crash, are fenced and lose their disks,
/// under load: nothing that was acknowledged is ever missing, and at the end it lies where it
/// should and nowhere else, at each replica.
///
/// `-Dquafka.moves.seeds=100` runs so many seeds, from `-Dquafka.moves.seed=1` on, for
/// `-Dquafka.moves.steps=30` steps each.
@Timeout(value = 5, unit = TimeUnit.HOURS)
class RandomMovesTest {
    private static final long SEED = Long.getLong("quafka.moves.seed", 1);
    private static final int SEEDS = Integer.getInteger("quafka.moves.seeds", 1);
    private static final int STEPS = Integer.getInteger("quafka.moves.steps", 20);
    private static final int NODES = 4;
    private static final int PAUSE_MS_MAX = 250;
    private static final long WRITE_PAUSE_MS = 5;

    @TempDir private Path directory;

    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void nothingIsLostWhateverIsMovedMeanwhile() throws Exception {
        for (long seed = SEED; seed < SEED + SEEDS; seed++) {
            Path place = directory.resolve("seed-" + seed);
            enough.set(false);
            try (ReplicatedCluster cluster =
                    new ReplicatedCluster(
                            place.resolve("cluster"),
                            NODES,
                            null,
                            ReplicatedCluster.SMALL_SEGMENTS)) {
                run(cluster, place, seed);
            }
            DiskImage.delete(place);
        }
    }

    private void run(ReplicatedCluster cluster, Path place, long seed) throws Exception {
        List<CheckedLog> logs = logs(cluster);
        RandomMoves moves = new RandomMoves(cluster, logs, place.resolve("crashes"), seed);
        List<CompletableFuture<?>> clients = new ArrayList<>();
        for (CheckedLog log : logs) {
            clients.add(run(() -> log.append(1)));
            clients.add(run(log::readOn));
        }
        try {
            Random pauses = new Random(seed);
            for (int i = 0;
                    i < STEPS && clients.stream().noneMatch(CompletableFuture::isDone);
                    i++) {
                moves.step();
                TimeUnit.MILLISECONDS.sleep(pauses.nextInt(PAUSE_MS_MAX));
            }
            moves.heal();
            enough.set(true);
            for (CompletableFuture<?> client : clients) {
                client.get(2, TimeUnit.MINUTES);
            }
            requireSettled(cluster, logs);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ":\n" + moves.told(), e);
        } finally {
            enough.set(true);
        }
    }

    private static List<CheckedLog> logs(ReplicatedCluster cluster) {
        List<Topic> topics =
                List.of(
                        cluster.topic("alone", List.of(1), Map.of()),
                        cluster.topic("beside", List.of(1), Map.of()),
                        cluster.topic("another", List.of(2), Map.of()),
                        cluster.topic("copied", List.of(1, 2, 3), Map.of()),
                        cluster.topic("spread", List.of(3, 4, 1), Map.of()));
        List<CheckedLog> logs = new ArrayList<>();
        topics.forEach(topic -> logs.add(new CheckedLog(cluster, topic, true)));
        return logs;
    }

    /// One step of a client.
    private interface Work {
        void once() throws Exception;
    }

    private CompletableFuture<?> run(Work work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        while (!enough.get()) {
                            work.once();
                            TimeUnit.MILLISECONDS.sleep(WRITE_PAUSE_MS);
                        }
                        done.complete(null);
                    } catch (Exception | AssertionError e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    private static void requireSettled(ReplicatedCluster cluster, List<CheckedLog> logs)
            throws Exception {
        SettledCluster settled = new SettledCluster(cluster);
        settled.awaitAllInSync();
        for (CheckedLog log : logs) {
            log.append(3);
            log.requireAll();
        }
        settled.awaitEachWhereItBelongs();
        requireAccounts(cluster, logs);
        for (int id : cluster.ids()) {
            leadAlone(cluster, id, logs);
            settled.awaitAllInSync();
        }
        Map<Integer, Map<String, Long>> before = new HashMap<>();
        for (int id : cluster.ids()) {
            before.put(id, held(cluster, id, logs));
        }
        for (int id : cluster.ids()) {
            cluster.stop(id);
            cluster.start(id);
            settled.awaitAllInSync();
        }
        await().atMost(SettledCluster.SETTLED_MAX)
                .untilAsserted(() -> {
                    for (int id : cluster.ids()) {
                        assertThat(held(cluster, id, logs))
                                .as("node %d", id)
                                .isEqualTo(before.get(id));
                    }
                });
        for (CheckedLog log : logs) {
            log.requireAll();
        }
    }

    /// What each topic holds on a node.
    private static Map<String, Long> held(
            ReplicatedCluster cluster, int id, List<CheckedLog> logs) {
        Map<String, Long> held = new HashMap<>();
        logs.forEach(log -> held.put(log.topic().name(), cluster.node(id).held(log.topic().id())));
        return held;
    }

    /// They are what the index has, by now.
    private static void requireAccounts(ReplicatedCluster cluster, List<CheckedLog> logs) {
        await().atMost(SettledCluster.SETTLED_MAX)
                .untilAsserted(() -> {
                    for (int id : cluster.ids()) {
                        Map<String, Long> counted = new HashMap<>();
                        for (CheckedLog log : logs) {
                            PartitionKey key = new PartitionKey(log.topic().id(), 0);
                            counted.put(
                                    log.topic().name(),
                                    cluster.node(id).shards().stream()
                                            .mapToLong(shard -> shard.sizeOf(key))
                                            .sum());
                        }
                        assertThat(held(cluster, id, logs)).as("node %d", id).isEqualTo(counted);
                        assertThat(cluster.node(id).shards()).allMatch(Shard::isWritable);
                    }
                });
    }

    /// While no other node is there, it leads what it is a replica of, and has all of it.
    private static void leadAlone(ReplicatedCluster cluster, int id, List<CheckedLog> logs)
            throws Exception {
        for (int other : cluster.ids()) {
            cluster.decide(new Command.FenceNode(other, other != id));
        }
        for (CheckedLog log : logs) {
            ShardState state = cluster.state(log.topic());
            if (state.replicas().contains(id)) {
                assertThat(state.leader()).isEqualTo(id);
                log.requireLastKnown();
                log.requireAll();
            }
        }
        for (int other : cluster.ids()) {
            cluster.decide(new Command.FenceNode(other, false));
        }
    }
}
