package io.quafka.controller.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaMovesTest {
    private static final long AFTER = PreferredLeaders.AFTER.toNanos();

    private long drawn;
    private ClusterImage image = ClusterImage.EMPTY;

    @BeforeEach
    void fourNodes() {
        set("storage.replication.factor.max", "3");
        for (int node = 1; node <= 4; node++) {
            register(node, 1, "rack-" + node);
        }
    }

    @Test
    void theOnlyReplicaMovesOnceTheNewOneIsInSync() {
        ShardState before = shard(1);
        assertThat(move(1, 2)).isEqualTo(Outcome.OK);
        ShardState moving = shard(1);
        assertThat(moving.replicas()).containsExactly(2, 1);
        assertThat(moving.leader()).isEqualTo(1);
        assertThat(moving.inSync()).containsExactly(1);
        assertThat(moving.adding()).containsExactly(2);
        assertThat(moving.removing()).containsExactly(1);
        assertThat(moving.epoch()).isEqualTo(before.epoch() + 1);
        inSync(1, 1, 2);
        ShardState moved = shard(1);
        assertThat(moved.replicas()).containsExactly(2);
        assertThat(moved.inSync()).containsExactly(2);
        assertThat(moved.leader()).isEqualTo(2);
        assertThat(moved.epoch()).isEqualTo(moving.epoch() + 1);
        assertThat(moved.isMoving()).isFalse();
    }

    @Test
    void whatIsAddedIsWaitedForAndTheLeaderThatStaysKeepsItsEpoch() {
        create("t", 1, 3);
        ShardState before = shardOf("t");
        int last = before.replicas().getLast();
        int fresh = IntStream.rangeClosed(1, 4).filter(n -> !before.replicas().contains(n)).sum();
        List<Integer> wanted = List.of(before.replicas().get(0), before.replicas().get(1), fresh);
        move(before.id(), wanted);
        ShardState moving = shard(before.id());
        assertThat(moving.replicas()).hasSize(4).endsWith(last);
        inSync(before.id(), before.replicas().get(0), before.replicas().get(1));
        assertThat(shard(before.id()).isMoving()).isTrue();
        inSync(before.id(), before.replicas().get(0), before.replicas().get(1), fresh);
        ShardState moved = shard(before.id());
        assertThat(moved.replicas()).isEqualTo(wanted);
        assertThat(moved.epoch()).isEqualTo(moving.epoch());
        assertThat(moved.leader()).isEqualTo(before.leader());
    }

    @Test
    void aLeaderLostOnTheWayChangesNothingOfWhatIsWanted() {
        create("t", 1, 3);
        ShardState before = shardOf("t");
        int fresh = IntStream.rangeClosed(1, 4).filter(n -> !before.replicas().contains(n)).sum();
        int second = before.replicas().get(1);
        int third = before.replicas().get(2);
        move(before.id(), List.of(fresh, second, third));
        decide(new Command.FenceNode(before.leader(), true));
        ShardState moving = shard(before.id());
        assertThat(moving.leader()).isEqualTo(second);
        assertThat(moving.target()).containsExactly(fresh, second, third);
        inSync(before.id(), second, third, fresh);
        assertThat(shard(before.id()).replicas()).containsExactly(fresh, second, third);
        assertThat(shard(before.id()).leader()).isEqualTo(second);
    }

    @Test
    void aWantedReplicaThatFallsSilentIsNotWaitedForUnlessItIsNew() {
        create("t", 1, 3);
        ShardState before = shardOf("t");
        int fresh = IntStream.rangeClosed(1, 4).filter(n -> !before.replicas().contains(n)).sum();
        int second = before.replicas().get(1);
        inSync(before.id(), before.leader());
        move(before.id(), List.of(before.leader(), second, fresh));
        inSync(before.id(), before.leader(), fresh);
        assertThat(shard(before.id()).isMoving()).isTrue();
        decide(new Command.FenceNode(second, true));
        assertThat(shard(before.id()).isMoving()).isFalse();
        assertThat(shard(before.id()).replicas()).containsExactly(before.leader(), second, fresh);
    }

    @Test
    void aChangeIsTakenBack() {
        ShardState before = shard(1);
        move(1, 2);
        move(1, 3);
        assertThat(shard(1).replicas()).containsExactly(3, 1);
        assertThat(move(new ShardMove(1, null))).isEqualTo(Outcome.OK);
        assertThat(shard(1).replicas()).isEqualTo(before.replicas());
        assertThat(shard(1).isMoving()).isFalse();
        assertThat(move(new ShardMove(1, null)).error())
                .isEqualTo(Errors.NO_REASSIGNMENT_IN_PROGRESS);
    }

    @Test
    void whoIsLeftAloneLeadsInAnEpochThatNobodyElseHasAnythingOf() {
        move(1, 1, 2);
        inSync(1, 1, 2);
        int together = shard(1).epoch();
        move(1, 1);
        assertThat(shard(1).replicas()).containsExactly(1);
        assertThat(shard(1).leader()).isEqualTo(1);
        assertThat(shard(1).epoch()).isEqualTo(together + 1);
        move(1, 1, 2);
        int begun = shard(1).epoch();
        assertThat(move(new ShardMove(1, null))).isEqualTo(Outcome.OK);
        assertThat(shard(1).replicas()).containsExactly(1);
        assertThat(shard(1).epoch()).isEqualTo(begun + 1);
        int alone = shard(1).epoch();
        register(1, 1, "rack-1");
        assertThat(shard(1).epoch()).isEqualTo(alone);
    }

    @Test
    void whoHasEverythingIsNotGivenUp() {
        move(1, 2, 3);
        inSync(1, 1, 2);
        decide(new Command.FenceNode(1, true));
        assertThat(shard(1).leader()).isEqualTo(2);
        assertThat(shard(1).inSync()).containsExactly(2);
        ClusterImage before = image;
        assertThat(move(new ShardMove(1, null)).error())
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(image).isSameAs(before);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(move(9, 1).error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(move(new ShardMove(1, List.of())).error())
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(move(1, 2, 2).error()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(move(1, 7).error()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(move(1, 1, 2, 3, 4).error()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        decide(new Command.FenceNode(2, true));
        assertThat(move(1, 2).error()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        ClusterImage before = image;
        assertThat(move(1, 1)).isEqualTo(Outcome.OK);
        assertThat(image).isSameAs(before);
    }

    @Test
    void thePreferredLeaderIsElectedIfItIsInSync() {
        create("t", 1, 3);
        ShardState shard = shardOf("t");
        assertThat(elect(shard.id()).error()).isEqualTo(Errors.ELECTION_NOT_NEEDED);
        int preferred = shard.leader();
        decide(new Command.FenceNode(preferred, true));
        assertThat(elect(shard.id()).error()).isEqualTo(Errors.PREFERRED_LEADER_NOT_AVAILABLE);
        decide(new Command.FenceNode(preferred, false));
        assertThat(elect(shard.id()).error()).isEqualTo(Errors.PREFERRED_LEADER_NOT_AVAILABLE);
        ShardState other = shard(shard.id());
        inSync(shard.id(), shard.replicas().toArray(Integer[]::new));
        assertThat(elect(shard.id())).isEqualTo(Outcome.OK);
        assertThat(shard(shard.id()).leader()).isEqualTo(preferred);
        assertThat(shard(shard.id()).epoch()).isEqualTo(other.epoch() + 1);
        assertThat(elect(99).error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aNodeIsDrainedAndForgotten() {
        create("one", 4, 1);
        create("three", 4, 3);
        assertThat(drain(1, true)).isEqualTo(Outcome.OK);
        assertThat(image.shards().values().stream().filter(s -> partitions(s) > 0))
                .noneMatch(s -> s.target().contains(1));
        assertThat(node(1).draining()).isTrue();
        create("later", 8, 1);
        assertThat(shardsOf("later")).noneMatch(s -> s.target().contains(1));
        for (ShardState shard : image.shards().values()) {
            if (shard.isMoving()) {
                inSync(shard.id(), shard.replicas().toArray(Integer[]::new));
            }
        }
        assertThat(remove(1).error()).isEqualTo(Errors.INVALID_REQUEST);
        decide(new Command.UnregisterNode(1));
        if (image.node(1) != null) {
            assertThat(remove(1)).isEqualTo(Outcome.OK);
        }
        assertThat(image.node(1)).isNull();
        assertThat(image.shards().values()).noneMatch(s -> s.replicas().contains(1));
        assertThat(remove(1).error()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
    }

    @Test
    void aDrainedNodeThatComesBackGetsNothingNew() {
        create("one", 4, 1);
        drain(1, true);
        inSync(1, 1, shard(1).replicas().getFirst());
        int shards = image.shards().size();
        register(1, 1, "rack-1");
        assertThat(image.shards()).hasSize(shards);
        assertThat(node(1).draining()).isTrue();
    }

    @Test
    void whatCannotGoAnywhereStays() {
        create("three", 1, 3);
        decide(new Command.FenceNode(shardOf("three").replicas().get(2), true));
        int alive = shardOf("three").replicas().get(0);
        int spare =
                IntStream.rangeClosed(1, 4)
                        .filter(n -> !shardOf("three").replicas().contains(n))
                        .sum();
        assertThat(drain(spare, true)).isEqualTo(Outcome.OK);
        ClusterImage before = image;
        assertThat(drain(alive, true).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(image).isSameAs(before);
    }

    @Test
    void aNodeThatIsToStayKeepsWhatHasNotMovedYet() {
        create("one", 4, 1);
        drain(1, true);
        assertThat(shard(1).isMoving()).isTrue();
        assertThat(drain(1, false)).isEqualTo(Outcome.OK);
        assertThat(shard(1).isMoving()).isFalse();
        assertThat(shard(1).replicas()).containsExactly(1);
        assertThat(node(1).draining()).isFalse();
    }

    @Test
    void drainedReplicasGoToOtherRacks() {
        register(5, 1, "rack-2");
        create("three", 4, 3);
        ShardState shard =
                shardsOf("three").stream()
                        .filter(s -> s.replicas().contains(2) && !s.replicas().contains(5))
                        .findFirst()
                        .orElseThrow();
        int other = shard.replicas().stream().filter(n -> n != 2).findFirst().orElseThrow();
        decide(new Command.DrainNode(other, true));
        assertThat(shard(shard.id()).target()).doesNotContain(5, other);
    }

    @Test
    void partitionsAreSpreadByWholeShards() {
        register(5, 4, "rack-5");
        decide(new Command.DrainNode(1, true));
        decide(new Command.DrainNode(2, true));
        decide(new Command.DrainNode(3, true));
        decide(new Command.DrainNode(4, true));
        create("many", 16, 1);
        for (int node = 1; node <= 4; node++) {
            decide(new Command.DrainNode(node, false));
        }
        List<ShardMove> plan = MovePlan.spread(image);
        assertThat(plan).hasSize(3);
        decide(new Command.MoveShards(plan));
        assertThat(MovePlan.spread(image)).isEmpty();
        assertThat(image.shards().values().stream().filter(s -> partitions(s) > 0))
                .extracting(s -> s.target().getFirst())
                .doesNotHaveDuplicates();
    }

    @Test
    void whoWasAwayLeadsAgainOnceInSyncForLongEnough() {
        create("t", 1, 3);
        ShardState shard = shardOf("t");
        int preferred = shard.leader();
        PreferredLeaders leaders = new PreferredLeaders();
        assertThat(leaders.due(image, 0)).isNull();
        decide(new Command.FenceNode(preferred, true));
        assertThat(shard(shard.id()).leader()).isNotEqualTo(preferred);
        assertThat(leaders.due(image, AFTER)).isNull();
        decide(new Command.FenceNode(preferred, false));
        // Alive, but not in sync: nobody counts that.
        assertThat(leaders.due(image, 2 * AFTER)).isNull();
        inSync(shard.id(), shard.replicas().toArray(Integer[]::new));
        assertThat(leaders.due(image, 3 * AFTER)).isNull();
        assertThat(leaders.due(image, 4 * AFTER - 1)).isNull();
        Command.ElectLeaders due = leaders.due(image, 4 * AFTER);
        assertThat(due).isEqualTo(new Command.ElectLeaders(List.of(shard.id())));
        // Said once, whatever becomes of it.
        assertThat(leaders.due(image, 4 * AFTER)).isNull();
        decide(Objects.requireNonNull(due));
        assertThat(shard(shard.id()).leader()).isEqualTo(preferred);
        assertThat(leaders.due(image, 6 * AFTER)).isNull();
    }

    @Test
    void whoComesAndGoesIsWaitedForAnew() {
        create("t", 1, 3);
        ShardState shard = shardOf("t");
        int preferred = shard.leader();
        PreferredLeaders leaders = new PreferredLeaders();
        decide(new Command.FenceNode(preferred, true));
        long now = 0;
        for (int round = 0; round < 3; round++) {
            decide(new Command.FenceNode(preferred, false));
            inSync(shard.id(), shard.replicas().toArray(Integer[]::new));
            assertThat(leaders.due(image, now)).isNull();
            now += AFTER - 1;
            assertThat(leaders.due(image, now)).isNull();
            decide(new Command.FenceNode(preferred, true));
            assertThat(leaders.due(image, now)).isNull();
            now++;
        }
        assertThat(leaders.due(image, now + AFTER)).isNull();
    }

    @Test
    void leadersStayWhereTheyAreIfThatIsWhatTheClusterWants() {
        create("t", 1, 3);
        ShardState shard = shardOf("t");
        decide(new Command.FenceNode(shard.leader(), true));
        decide(new Command.FenceNode(shard.leader(), false));
        inSync(shard.id(), shard.replicas().toArray(Integer[]::new));
        PreferredLeaders leaders = new PreferredLeaders();
        assertThat(leaders.due(image, 0)).isNull();
        set("auto.leader.rebalance.enable", "false");
        assertThat(leaders.due(image, AFTER)).isNull();
        set("auto.leader.rebalance.enable", "true");
        assertThat(leaders.due(image, AFTER)).isNull();
        assertThat(leaders.due(image, 2 * AFTER)).isNotNull();
    }

    @Test
    void itSurvivesItsCodecs() {
        create("one", 4, 1);
        drain(1, true);
        ClusterImage again =
                ImageBuilder.apply(
                        ClusterImage.EMPTY,
                        RecordCodec.decode(
                                ByteBuffer.wrap(RecordCodec.encode(ImageBuilder.records(image)))));
        assertThat(again.shards()).isEqualTo(image.shards());
        assertThat(again.nodes()).isEqualTo(image.nodes());
        for (Command<?> command :
                List.of(
                        new Command.MoveShards(
                                List.of(new ShardMove(3, List.of(1, 2)), new ShardMove(4, null))),
                        new Command.ElectLeaders(List.of(1, 2)),
                        new Command.DrainNode(3, true),
                        new Command.RemoveNode(4))) {
            byte[] bytes = CommandCodec.encode(new CommandCodec.Proposal(command, Uuid.ONE_UUID));
            assertThat(CommandCodec.decode(ByteBuffer.wrap(bytes)).command()).isEqualTo(command);
        }
    }

    private void set(String config, String value) {
        decide(
                new Command.AlterConfigs(
                        Map.of(
                                new ConfigResource(ConfigResource.Type.BROKER, ""),
                                List.of(
                                        new Command.ConfigChange(
                                                config, Command.ConfigOp.SET, value))),
                        false,
                        false));
    }

    private int partitions(ShardState shard) {
        return image.indexes().partitionsOn(shard.id());
    }

    private Outcome move(int shard, Integer... replicas) {
        return move(new ShardMove(shard, List.of(replicas)));
    }

    private Outcome move(int shard, List<Integer> replicas) {
        return move(new ShardMove(shard, replicas));
    }

    private Outcome move(ShardMove move) {
        return outcome(new Command.MoveShards(List.of(move)));
    }

    private Outcome elect(int shard) {
        return outcome(new Command.ElectLeaders(List.of(shard)));
    }

    private Outcome drain(int node, boolean draining) {
        return outcome(new Command.DrainNode(node, draining));
    }

    private Outcome remove(int node) {
        return outcome(new Command.RemoveNode(node));
    }

    private Outcome outcome(Command<Reply.Outcomes> command) {
        return ((Reply.Outcomes) decide(command)).outcomes().getFirst();
    }

    /// The leader asks for an in-sync set, and nothing else happened meanwhile.
    private void inSync(int id, Integer... inSync) {
        ShardState shard = shard(id);
        decide(
                new Command.AlterInSync(
                        id, shard.leader(), shard.epoch(), shard.revision(), List.of(inSync)));
    }

    private Node node(int id) {
        return Objects.requireNonNull(image.node(id));
    }

    private ShardState shard(int id) {
        return Objects.requireNonNull(image.shard(id));
    }

    private ShardState shardOf(String topic) {
        return shardsOf(topic).getFirst();
    }

    private List<ShardState> shardsOf(String topic) {
        return Arrays.stream(Objects.requireNonNull(image.topic(topic)).partitions().toArray())
                .mapToObj(this::shard)
                .toList();
    }

    private void create(String name, int partitions, int replicationFactor) {
        NewTopic topic =
                new NewTopic(name, partitions, replicationFactor, Map.of(), Map.of(), false);
        Reply.Topics reply = (Reply.Topics) decide(new Command.CreateTopics(List.of(topic), false));
        assertThat(reply.outcomes().getFirst().error()).isEqualTo(Errors.NONE);
    }

    private void register(int incarnation, int shards, @Nullable String rack) {
        decide(
                new Command.RegisterNode(
                        new Uuid(1, incarnation),
                        Set.of(NodeRole.STORAGE),
                        null,
                        new Endpoint("host", 9093),
                        rack,
                        shards));
    }

    private Reply decide(Command<?> command) {
        drawn++;
        Decision decision =
                ControllerLogic.decide(image, command, IdSource.from(new Uuid(drawn, drawn)));
        image = decision.applyTo(image);
        return decision.reply();
    }
}
