package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Shards whose replicas are changed: whoever has them then has what was acknowledged, and whoever
/// had them has nothing of them any more.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class MovedReplicasTest {
    private static final String LARGE = "v".repeat(100_000);

    @TempDir private Path directory;

    private ReplicatedCluster cluster;
    private SettledCluster settled;

    @BeforeEach
    void start() throws Exception {
        cluster = new ReplicatedCluster(directory);
        settled = new SettledCluster(cluster);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void theOnlyReplicaMovesUnderLoadAndBack() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(20);
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> load =
                CompletableFuture.runAsync(() -> {
                    try {
                        while (!enough.get()) {
                            log.append(1);
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        for (int to : new int[] {2, 3, 1}) {
            cluster.move(topic, to);
            settled.awaitMoved(topic, to);
        }
        enough.set(true);
        load.get(1, TimeUnit.MINUTES);
        settled.awaitOnlyOn(topic, 1);
        log.append(5);
        log.requireAll();
        assertThat(cluster.node(2).held(topic.id())).isZero();
        assertThat(cluster.node(3).held(topic.id())).isZero();
        long held = cluster.node(1).held(topic.id());
        cluster.stop(1);
        cluster.start(1);
        settled.awaitLed(topic, 1);
        log.requireAll();
        assertThat(cluster.node(1).held(topic.id())).isEqualTo(held);
    }

    @Test
    void whatWasNeverReplicatedIsCopiedWithoutWhatIsDead() throws Exception {
        Topic kept = cluster.topic("kept", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, kept);
        Topic gone = cluster.topic("gone", List.of(1), Map.of());
        assertThat(cluster.state(gone).id()).isEqualTo(cluster.state(kept).id());
        log.append(5);
        long last = 0;
        for (int i = 0; i < 25; i++) {
            last = cluster.append(gone, LARGE);
        }
        log.append(5);
        cluster.deleteRecords(gone, last);
        // What it has is of a process that knew no other.
        cluster.stop(1);
        cluster.start(1);
        log.append(5);
        cluster.move(kept, 2);
        settled.awaitMoved(kept, 2);
        settled.awaitLed(kept, 2);
        log.requireAll();
        log.append(5);
        settled.awaitOnlyOn(kept, 2);
        cluster.stop(2);
        cluster.start(2);
        settled.awaitLed(kept, 2);
        log.requireAll();
        assertThat(cluster.read(gone, last)).hasSize(1);
    }

    @Test
    void copiesAreAddedToAnOnlyReplicaAndTakenAway() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(10);
        cluster.move(topic, 1, 2, 3);
        settled.awaitMoved(topic, 1, 2, 3);
        log.append(10);
        cluster.stop(1);
        log.append(10);
        assertThat(cluster.state(topic).leader()).isEqualTo(2);
        log.requireAll();
        cluster.start(1);
        settled.awaitInSync(topic, 1, 2, 3);
        cluster.move(topic, 3);
        settled.awaitMoved(topic, 3);
        settled.awaitLed(topic, 3);
        log.append(10);
        log.requireAll();
        settled.awaitOnlyOn(topic, 3);
    }

    @Test
    void aMoveGoesOnAfterWhoeverIsPartOfItStopped() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(10);
        cluster.stop(2);
        cluster.decide(new Command.FenceNode(2, false));
        cluster.move(topic, 2);
        cluster.stop(1);
        cluster.start(1);
        settled.awaitLed(topic, 1);
        log.append(10);
        cluster.start(2);
        settled.awaitMoved(topic, 2);
        settled.awaitLed(topic, 2);
        log.requireAll();
        settled.awaitOnlyOn(topic, 2);
    }

    @Test
    void whoIsLeftAloneNeedsNoLease() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(5);
        cluster.move(topic, 2);
        settled.awaitMoved(topic, 2);
        settled.awaitLed(topic, 2);
        cluster.node(2).leaseBy(() -> false);
        log.append(5);
        log.requireAll();
        cluster.node(2).leaseBy(() -> true);
        cluster.move(topic, 2, 3);
        settled.awaitMoved(topic, 2, 3);
        cluster.node(2).leaseBy(() -> false);
        FetchReply told =
                cluster.node(2)
                        .fetch(NodeUnderTest.fetchRequest(topic, 0, 0, 1 << 20, 1, 0))
                        .get(10, TimeUnit.SECONDS);
        assertThat(NodeUnderTest.fetched(told).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aMoveIsTakenBack() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(10);
        cluster.stop(2);
        cluster.decide(new Command.FenceNode(2, false));
        cluster.move(topic, 2);
        log.append(10);
        cluster.decide(
                new Command.MoveShards(
                        List.of(new Command.ShardMove(cluster.state(topic).id(), null))));
        settled.awaitMoved(topic, 1);
        log.append(10);
        log.requireAll();
        cluster.move(topic, 3);
        settled.awaitMoved(topic, 3);
        settled.awaitLed(topic, 3);
        log.requireAll();
    }

    @Test
    void whoWasAwayWhileItsReplicaWentForgetsItUnlessNobodyHasIt() throws Exception {
        Topic topic = cluster.topic("t", List.of(1, 2), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(10);
        cluster.stop(2);
        cluster.move(topic, 1, 3);
        settled.awaitMoved(topic, 1, 3);
        cluster.decide(new Command.FenceNode(3, true));
        cluster.decide(new Command.FenceNode(1, true));
        cluster.start(2);
        assertThat(cluster.directoryOf(2, topic)).exists();
        cluster.stop(2);
        cluster.decide(new Command.FenceNode(1, false));
        cluster.decide(new Command.FenceNode(3, false));
        cluster.start(2);
        assertThat(cluster.directoryOf(2, topic)).doesNotExist();
        log.append(1);
        log.requireAll();
    }

    @Test
    void whoReadsFromOneThatGoesIsSentToTheNextLeader() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(10);
        LocalStorageNode old = cluster.node(1);
        CompletableFuture<FetchReply> waiting =
                old.fetch(
                        NodeUnderTest.fetchRequest(
                                topic,
                                0,
                                10,
                                1 << 20,
                                1,
                                (int) Departures.KEPT.plusSeconds(3).toMillis()));
        cluster.move(topic, 2);
        settled.awaitMoved(topic, 2);
        settled.awaitOnlyOn(topic, 2);
        FetchReply late =
                old.fetch(NodeUnderTest.fetchRequest(topic, 0, 0, 1 << 20, 1, 0))
                        .get(10, TimeUnit.SECONDS);
        assertThat(NodeUnderTest.fetched(late).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        FetchReply told = waiting.get(2, TimeUnit.MINUTES);
        assertThat(NodeUnderTest.fetched(told).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }
}
