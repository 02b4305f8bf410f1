package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Storage nodes that replicate a shard: whoever leads it has what was acknowledged.
class ReplicatedNodesTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(60);

    @TempDir private Path directory;

    private ReplicatedCluster cluster;
    private final List<String> acknowledged = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        cluster = new ReplicatedCluster(directory);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private void append(Topic topic, int records) throws Exception {
        for (int i = 0; i < records; i++) {
            String value = "v" + acknowledged.size();
            acknowledged.add(cluster.append(topic, value) + "=" + value);
        }
    }

    private void awaitInSync(Topic topic, Integer... nodes) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() ->
                        assertThat(cluster.state(topic).inSync())
                                .containsExactlyInAnyOrder(nodes));
    }

    private void awaitLed(Topic topic, int node) throws Exception {
        await().atMost(SETTLED_MAX).until(() -> cluster.state(topic).leader() == node);
        append(topic, 1);
    }

    @Test
    void eachInSyncReplicaHasWhatWasAcknowledged() throws Exception {
        Topic topic = cluster.topic("t", Map.of("min.insync.replicas", "2"));
        append(topic, 20);
        assertThat(cluster.read(topic, 0)).isEqualTo(acknowledged);
        cluster.stop(1);
        assertThat(cluster.state(topic).leader()).isEqualTo(2);
        append(topic, 20);
        assertThat(cluster.read(topic, 0)).isEqualTo(acknowledged);
        cluster.start(1);
        awaitInSync(topic, 1, 2, 3);
        cluster.stop(2);
        cluster.decide(new Command.FenceNode(3, true));
        awaitLed(topic, 1);
        assertThat(cluster.read(topic, 0)).isEqualTo(acknowledged);
    }

    @Test
    void aNodeThatLeavesHandsItsShardsOverWhileItStillServes() throws Exception {
        Topic topic = cluster.topic("t", Map.of("min.insync.replicas", "2"));
        append(topic, 20);
        ShardState before = cluster.state(topic);
        cluster.decide(new Command.UnregisterNode(before.leader()));
        ShardState after = cluster.state(topic);
        assertThat(after.leader()).isNotIn(before.leader(), ShardState.NO_LEADER);
        append(topic, 20);
        assertThat(cluster.read(topic, 0)).isEqualTo(acknowledged);
    }
}
