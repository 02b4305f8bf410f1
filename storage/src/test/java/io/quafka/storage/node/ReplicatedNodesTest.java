package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Storage nodes that replicate a shard: whoever leads it has what was acknowledged.
class ReplicatedNodesTest {
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
    void eachInSyncReplicaHasWhatWasAcknowledged() throws Exception {
        Topic topic = cluster.topic("t", Map.of("min.insync.replicas", "2"));
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(20);
        log.requireAll();
        cluster.stop(1);
        assertThat(cluster.state(topic).leader()).isEqualTo(2);
        log.append(20);
        log.requireAll();
        cluster.start(1);
        settled.awaitInSync(topic, 1, 2, 3);
        cluster.stop(2);
        cluster.decide(new Command.FenceNode(3, true));
        assertThat(cluster.state(topic).leader()).isEqualTo(1);
        cluster.decide(new Command.FenceNode(3, false));
        settled.awaitInSync(topic, 1, 3);
        log.append(1);
        log.requireAll();
    }

    @Test
    void aNodeThatIsFencedWhileItStartsLeadsAfterwards() throws Exception {
        Topic topic = cluster.topic("t", List.of(1), Map.of());
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(5);
        cluster.stop(1);
        cluster.start(1, true);
        log.append(5);
        log.requireAll();
    }

    @Test
    void aNodeThatLeavesHandsItsShardsOverWhileItStillServes() throws Exception {
        Topic topic = cluster.topic("t", Map.of("min.insync.replicas", "2"));
        CheckedLog log = new CheckedLog(cluster, topic);
        log.append(20);
        ShardState before = cluster.state(topic);
        cluster.decide(new Command.UnregisterNode(before.leader()));
        ShardState after = cluster.state(topic);
        assertThat(after.leader()).isNotIn(before.leader(), ShardState.NO_LEADER);
        log.append(20);
        log.requireAll();
    }

    @Test
    void readersThatHoldAllTheirMemoryHoldUpNoReplica() throws Exception {
        Topic topic = cluster.topic("t", Map.of("min.insync.replicas", "2"));
        String large = "v".repeat(600_000);
        for (int i = 0; i < 2; i++) {
            cluster.append(topic, large);
        }
        LocalStorageNode leader = cluster.node(cluster.state(topic).leader());
        List<FetchReply> held = new ArrayList<>();
        long before;
        do {
            before = leader.readMemory().inUse();
            held.add(
                    leader.fetch(NodeUnderTest.fetchRequest(topic, 0, 0, 1 << 20, 1, 0))
                            .get(10, TimeUnit.SECONDS));
        } while (leader.readMemory().inUse() > before);
        assertThat(before).isGreaterThan(ReplicatedCluster.READ_BYTES / 2);
        assertThat(cluster.append(topic, large)).isEqualTo(2);
        held.forEach(reply -> reply.release().run());
    }
}
