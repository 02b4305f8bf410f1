package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A storage node is emptied, stopped and forgotten, and shards are moved, while they are written:
/// nothing acknowledged is lost, whether there are copies of it or not.
@Tag("broker")
class NodeDrainTest {
    private static final int NODES = 4;
    private static final int PARTITIONS = 4;
    private static final long SEED = 58;
    private static final int RECORDS_BETWEEN = 200;

    @TempDir private Path directory;

    private ReplicatedProcesses cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ReplicatedProcesses(directory, NODES);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aNodeIsTakenAwayUnderLoad() throws Exception {
        cluster.create("three", PARTITIONS);
        Clients.createTopic(cluster.bootstrap(), "one", PARTITIONS, Map.of());
        cluster.awaitInSync(3);
        List<TopicPartition> partitions = new ArrayList<>(Clients.partitions("three", PARTITIONS));
        partitions.addAll(Clients.partitions("one", PARTITIONS));
        KillLoad load = new KillLoad(cluster.bootstrap(), 0, partitions, SEED);
        awaitMore(load);

        int drained = cluster.shardOf("one", 0).leader();
        drainAndKill(drained, load);
        moveOneByCommand(load);
        electAnotherByKafkasAdmin();
        remove(drained);
        awaitMore(load);
        load.finish();
        KillVerdict verdict = new KillVerdict(cluster.bootstrap(), partitions);
        verdict.requireAll(load);
        verdict.requireNothingElse(List.of(load));
        cluster.requireNoAlarmsOfStorage();
    }

    private void drainAndKill(int node, KillLoad load) throws Exception {
        int place = cluster.leaderOf("one", 0);
        assertThat(quafka("drain", String.valueOf(node), "--wait"))
                .last()
                .asString()
                .matches("node %d drains: \\d+ shards? to move".formatted(node));
        ClusterImage drained = cluster.image();
        assertThat(drained.shards().values())
                .filteredOn(shard -> drained.indexes().partitionsOn(shard.id()) > 0)
                .noneMatch(shard -> shard.replicas().contains(node));
        awaitMore(load);
        cluster.node(place).kill9();
        awaitMore(load);
    }

    /// Stopped cleanly it would have been forgotten at once.
    private void remove(int node) throws Exception {
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .until(() -> cluster.image().node(node) instanceof Node gone && gone.fenced());
        assertThat(quafka("remove", String.valueOf(node))).containsExactly("removed node " + node);
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .until(() -> cluster.image().node(node) == null);
    }

    /// A shard of which there is one copy goes to another node.
    private void moveOneByCommand(KillLoad load) throws Exception {
        ShardState shard = cluster.shardOf("one", 0);
        int other =
                cluster.image().nodes().values().stream()
                        .filter(node -> node.plays(NodeRole.STORAGE) && !node.draining())
                        .mapToInt(Node::id)
                        .filter(id -> id != shard.leader())
                        .findFirst()
                        .orElseThrow();
        quafka(
                "move",
                "--shard",
                String.valueOf(shard.id()),
                "--to",
                String.valueOf(other),
                "--wait");
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .until(() -> cluster.shardOf("one", 0).replicas().equals(List.of(other)));
        awaitMore(load);
    }

    /// Of three copies another one becomes the preferred leader's.
    private void electAnotherByKafkasAdmin() throws Exception {
        ShardState shard = cluster.shardOf("three", 0);
        List<Integer> reversed = shard.replicas().reversed();
        Map<TopicPartition, Optional<NewPartitionReassignment>> wish = new HashMap<>();
        ClusterImage image = cluster.image();
        image.topics()
                .forEach((name, topic) -> {
                    for (int i = 0; i < topic.partitionCount(); i++) {
                        if (topic.partitions().shardOf(i) == shard.id()) {
                            wish.put(
                                    new TopicPartition(name, i),
                                    Optional.of(new NewPartitionReassignment(reversed)));
                        }
                    }
                });
        try (Admin admin = Clients.admin(cluster.bootstrap())) {
            admin.alterPartitionReassignments(wish).all().get();
            await().atMost(ReplicatedProcesses.SETTLED_MAX)
                    .until(() ->
                            admin.listPartitionReassignments().reassignments().get().isEmpty());
            var elected = admin.electLeaders(ElectionType.PREFERRED, null).partitions().get();
            assertThat(elected).containsKey(new TopicPartition("three", 0));
            assertThat(elected.values()).allMatch(Optional::isEmpty);
        }
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .until(() -> cluster.shardOf("three", 0).leader() == reversed.getFirst());
    }

    private List<String> quafka(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-b", cluster.bootstrap()));
        return Quafka.run(directory, command);
    }

    private static void awaitMore(KillLoad load) {
        long target = load.acknowledged() + RECORDS_BETWEEN;
        await().atMost(ReplicatedProcesses.SETTLED_MAX).until(() -> load.acknowledged() >= target);
    }
}
