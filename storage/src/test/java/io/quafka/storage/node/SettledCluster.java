package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.time.Duration;

/// What a cluster comes to by itself, and is waited for.
record SettledCluster(ReplicatedCluster cluster) {
    static final Duration SETTLED_MAX = Duration.ofSeconds(60);

    /// The partition's shard has these replicas, all in sync.
    void awaitMoved(Topic topic, Integer... replicas) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() -> {
                    ShardState state = cluster.state(topic);
                    assertThat(state.isMoving()).isFalse();
                    assertThat(state.replicas()).containsExactly(replicas);
                    assertThat(state.inSync()).containsExactlyInAnyOrder(replicas);
                });
    }

    void awaitInSync(Topic topic, Integer... nodes) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() ->
                        assertThat(cluster.state(topic).inSync()).containsExactlyInAnyOrder(nodes));
    }

    /// No other node has anything of the partition's shard on its disk.
    void awaitOnlyOn(Topic topic, Integer... nodes) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() ->
                        assertThat(cluster.ids())
                                .filteredOn(id -> cluster.hasOnDisk(id, cluster.state(topic).id()))
                                .containsExactlyInAnyOrder(nodes));
    }

    void awaitLed(Topic topic, int node) {
        await().atMost(SETTLED_MAX)
                .until(() ->
                        cluster.state(topic).leader() == node
                                && cluster.shard(node, topic).serves(cluster.state(topic).epoch()));
    }

    /// Nothing moves any more, and all replicas of all shards are in sync.
    void awaitAllInSync() {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() ->
                        assertThat(cluster.image().shards().values())
                                .allMatch(state ->
                                        !state.isMoving()
                                                && state.leader() != ShardState.NO_LEADER
                                                && state.inSync().size()
                                                        == state.replicas().size()));
    }

    /// Each shard lies on the disks of its replicas, and on no other.
    void awaitEachWhereItBelongs() {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() -> {
                    for (ShardState state : cluster.image().shards().values()) {
                        assertThat(cluster.ids())
                                .filteredOn(id -> cluster.hasOnDisk(id, state.id()))
                                .as("nodes with shard %d", state.id())
                                .containsExactlyInAnyOrderElementsOf(state.replicas());
                    }
                });
    }
}
