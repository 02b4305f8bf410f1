package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
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

    /// Of a partition's line in the description of its topic; the head has a space in one of them.
    private static final int COLUMNS = 10;

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
        BrokerProcess added = cluster.addNode();
        moveOneByCommand(load);
        electAnotherByKafkasAdmin();
        remove(drained);
        spreadOver(added);
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

    /// A node that came meanwhile is given its part of what there is: the shards of one replica, as
    /// they have the lowest numbers.
    private void spreadOver(BrokerProcess added) throws Exception {
        added.awaitReady();
        List<String> said = quafka("spread", "--wait");
        await().atMost(ReplicatedProcesses.SETTLED_MAX)
                .untilAsserted(() -> assertThat(carried()).as("%s", said).containsOnly(PARTITIONS));
        ClusterImage image = cluster.image();
        assertThat(image.shards().values()).noneMatch(ShardState::isMoving);
        assertThat(describe("one"))
                .containsOnly(List.of(cluster.shardOf("one", 0).leader()))
                .allSatisfy(nodes ->
                        assertThat(requireNonNull(image.node(nodes.getFirst())).storage())
                                .extracting(Endpoint::port)
                                .isEqualTo(added.port()));
    }

    /// Partitions of which each storage node carries a replica, of both topics.
    private List<Integer> carried() {
        ClusterImage image = cluster.image();
        return image.nodes().values().stream()
                .filter(node -> node.plays(NodeRole.STORAGE))
                .map(node -> partitionsOn(image, node.id()))
                .toList();
    }

    private static int partitionsOn(ClusterImage image, int node) {
        return image.shards().values().stream()
                .filter(shard -> shard.replicas().contains(node))
                .mapToInt(shard -> image.indexes().partitionsOn(shard.id()))
                .sum();
    }

    /// The nodes of each partition's replicas, as the command tells them: the fifth column.
    private List<List<Integer>> describe(String topic) throws Exception {
        List<String> lines =
                Quafka.run(
                        directory, List.of("topic", "describe", topic, "-b", cluster.bootstrap()));
        List<List<Integer>> nodes =
                lines.stream()
                        .map(line -> line.strip().split(" +", -1))
                        .filter(columns -> columns.length == COLUMNS)
                        .map(columns -> List.of(columns[4].split(",", -1)))
                        .map(ids -> ids.stream().map(Integer::valueOf).toList())
                        .toList();
        assertThat(nodes).as("%s", lines).hasSize(PARTITIONS);
        return nodes;
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
