package io.quafka.controller.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.ShardState;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicasTest {
    private long drawn;
    private ClusterImage image = ClusterImage.EMPTY;

    @Test
    void severalReplicasAreRefusedUnlessTheClusterAllowsThem() {
        register(1, 2, null);
        register(2, 2, null);
        assertThat(create("t", 1, 2).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(assigned("t", Map.of(0, List.of(1, 2))))
                .isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        allow();
        assertThat(create("t", 1, 2).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void newClustersAllowThreeReplicasAndTheirTopicsHaveOneUnlessAskedFor() {
        formNew();
        register(1, 2, null);
        assertThat(create("one", 1, -1).error()).isEqualTo(Errors.NONE);
        assertThat(shardsOf("one").getFirst().replicas()).containsExactly(1);
        TopicOutcome refused = create("three", 1, 3);
        assertThat(refused.error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(refused.message()).contains("only 1 broker(s) are registered");
        assertThat(image.shards()).hasSize(2);
        register(2, 2, null);
        register(3, 2, null);
        assertThat(create("three", 1, 3).error()).isEqualTo(Errors.NONE);
        assertThat(shardsOf("three").getFirst().replicas()).containsExactlyInAnyOrder(1, 2, 3);
        register(4, 2, null);
        assertThat(create("four", 1, 4).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void clustersThatWereFormedBeforeKeepOneReplica() {
        byte[] today =
                CommandCodec.encode(
                        new CommandCodec.Proposal(
                                new Command.FormCluster("old", Map.of()), Uuid.randomUuid()));
        // As it stands in logs of before: kind 9 behind version and entropy, and no settings.
        byte[] logged = Arrays.copyOf(today, today.length - 1);
        assertThat(logged[17]).isEqualTo((byte) 11);
        logged[17] = 9;
        decide(CommandCodec.decode(ByteBuffer.wrap(logged)).command());
        assertThat(image.clusterId()).isEqualTo("old");
        assertThat(image.defaults()).isEmpty();
        formNew();
        assertThat(image.clusterId()).isEqualTo("old");
        assertThat(ClusterConfigs.replicationFactorMax(image)).isEqualTo(1);
    }

    @Test
    void internalTopicsHaveAsManyReplicasAsThereAreNodesToCarryThem() {
        assertThat(InternalReplicas.factor(image)).isEqualTo(1);
        formNew();
        assertThat(InternalReplicas.factor(image)).isEqualTo(1);
        for (int node = 1; node <= 4; node++) {
            register(node, 1, null);
            assertThat(InternalReplicas.factor(image)).isEqualTo(Math.min(3, node));
        }
        decide(new Command.FenceNode(1, true));
        decide(new Command.DrainNode(2, true));
        assertThat(InternalReplicas.factor(image)).isEqualTo(2);
        set("offsets.topic.replication.factor", "1");
        assertThat(InternalReplicas.factor(image)).isEqualTo(1);
    }

    private void formNew() {
        decide(new Command.FormCluster("cluster", ClusterConfigs.OF_NEW_CLUSTERS));
    }

    private void set(String name, String value) {
        ConfigResource cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
        Command.ConfigChange change = new Command.ConfigChange(name, Command.ConfigOp.SET, value);
        decide(new Command.AlterConfigs(Map.of(cluster, List.of(change)), false, false));
    }

    private void allow() {
        set("storage.replication.factor.max", "5");
    }

    @Test
    void shardsOfSeveralReplicasAreMadeWhenATopicWantsThem() {
        registerThree();
        assertThat(image.shards()).hasSize(6);
        assertThat(create("t", 6, 3).error()).isEqualTo(Errors.NONE);
        List<ShardState> made = replicated(3);
        assertThat(made).hasSize(6);
        for (int node = 1; node <= 3; node++) {
            int id = node;
            assertThat(made.stream().filter(s -> s.leader() == id)).hasSize(2);
        }
        assertThat(made).allMatch(s -> Set.copyOf(s.inSync()).equals(Set.of(1, 2, 3)));
        assertThat(shardsOf("t")).allMatch(s -> s.replicas().size() == 3).hasSize(6);
        assertThat(create("u", 1, 3).error()).isEqualTo(Errors.NONE);
        assertThat(replicated(3)).hasSize(6);
        assertThat(create("one", 1, 1).error()).isEqualTo(Errors.NONE);
        assertThat(shardsOf("one")).allMatch(s -> s.replicas().size() == 1);
    }

    @Test
    void aNodeThatComesLaterLeadsItsPart() {
        registerThree();
        create("t", 1, 2);
        assertThat(replicated(2)).hasSize(6);
        register(4, 2, null);
        create("u", 1, 2);
        assertThat(replicated(2)).hasSize(8);
        assertThat(replicated(2).stream().filter(s -> s.leader() == 4)).hasSize(2);
    }

    @Test
    void replicasSpreadOverRacksAndNodes() {
        allow();
        register(1, 2, "a");
        register(2, 2, "a");
        register(3, 2, "b");
        register(4, 2, "c");
        create("t", 1, 3);
        for (ShardState shard : replicated(3)) {
            Set<@Nullable String> racks = new HashSet<>();
            shard.replicas()
                    .forEach(id -> racks.add(Objects.requireNonNull(image.node(id)).rack()));
            assertThat(racks).hasSize(3);
        }
    }

    @Test
    void moreReplicasThanLiveNodesAreRefused() {
        registerThree();
        assertThat(create("t", 1, 4).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        decide(new Command.FenceNode(3, true));
        assertThat(create("t", 1, 3).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(create("t", 1, 2).error()).isEqualTo(Errors.NONE);
        assertThat(image.shards()).hasSize(10);
    }

    @Test
    void assignedPartitionsGoToShardsOfJustThoseNodes() {
        registerThree();
        assertThat(assigned("t", Map.of(0, List.of(3, 1), 1, List.of(3, 1), 2, List.of(1, 3))))
                .isEqualTo(Errors.NONE);
        List<ShardState> shards = shardsOf("t");
        assertThat(shards.get(0)).isEqualTo(shards.get(1));
        assertThat(shards.get(0).replicas()).containsExactly(3, 1);
        assertThat(shards.get(2).replicas()).containsExactly(1, 3);
        assertThat(assigned("u", Map.of(0, List.of(3, 1)))).isEqualTo(Errors.NONE);
        assertThat(shardsOf("u").getFirst()).isEqualTo(shards.get(0));
    }

    @Test
    void aSilentLeaderIsFollowedByAnInSyncReplicaInTheNextEpoch() {
        registerThree();
        create("t", 1, 3);
        ShardState before = shardsOf("t").getFirst();
        decide(new Command.FenceNode(before.leader(), true));
        ShardState after = shard(before.id());
        assertThat(after.leader()).isNotEqualTo(before.leader());
        assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
        assertThat(after.inSync()).hasSize(2).doesNotContain(before.leader());
        decide(new Command.FenceNode(before.leader(), false));
        assertThat(shard(before.id())).isEqualTo(after);
    }

    @Test
    void aProcessThatStartsAnewIsNotInSyncAndLeadsInNoOldEpoch() {
        registerThree();
        create("t", 1, 3);
        ShardState before = replicated(3).getFirst();
        int follower = before.replicas().get(1);
        register(follower, 2, null);
        assertThat(shard(before.id()).leader()).isEqualTo(before.leader());
        assertThat(shard(before.id()).inSync()).doesNotContain(follower).hasSize(2);
        register(before.leader(), 2, null);
        ShardState after = shard(before.id());
        assertThat(after.leader()).isEqualTo(before.replicas().get(2));
        assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
        assertThat(after.inSync()).containsExactly(after.leader());
        register(after.leader(), 2, null);
        assertThat(shard(before.id()).epoch()).isEqualTo(after.epoch() + 1);
        assertThat(shard(before.id()).leader()).isEqualTo(after.leader());
    }

    @Test
    void onlyTheLeaderOfTheEpochChangesTheInSyncSetOfTheRevisionItKnows() {
        registerThree();
        create("t", 1, 3);
        ShardState shard = replicated(3).getFirst();
        int leader = shard.leader();
        int other = shard.replicas().get(1);
        List<Integer> two = List.of(leader, other);
        Command.AlterInSync shrink =
                new Command.AlterInSync(shard.id(), leader, shard.epoch(), shard.revision(), two);
        assertNoChange(
                new Command.AlterInSync(shard.id(), other, shard.epoch(), shard.revision(), two));
        assertNoChange(
                new Command.AlterInSync(
                        shard.id(), leader, shard.epoch() - 1, shard.revision(), two));
        assertNoChange(
                new Command.AlterInSync(
                        shard.id(), leader, shard.epoch(), shard.revision(), List.of(other)));
        assertNoChange(
                new Command.AlterInSync(
                        shard.id(), leader, shard.epoch(), shard.revision(), List.of(leader, 9)));
        decide(shrink);
        assertThat(shard(shard.id()).inSync()).containsExactlyElementsOf(two);
        assertNoChange(shrink);
        Command.AlterInSync grow =
                new Command.AlterInSync(
                        shard.id(), leader, shard.epoch(), shard.revision() + 1, shard.replicas());
        decide(new Command.FenceNode(shard.replicas().get(2), true));
        assertNoChange(grow);
        decide(new Command.FenceNode(shard.replicas().get(2), false));
        decide(grow);
        assertThat(shard(shard.id()).inSync()).hasSize(3);
    }

    @Test
    void statesAndWishesSurviveTheirCodecs() {
        registerThree();
        create("t", 1, 3);
        Command.AlterInSync wish = new Command.AlterInSync(7, 2, 3, 4, List.of(2, 1));
        assertThat(
                        CommandCodec.decode(
                                        ByteBuffer.wrap(
                                                CommandCodec.encode(
                                                        new CommandCodec.Proposal(
                                                                wish, Uuid.ONE_UUID))))
                                .command())
                .isEqualTo(wish);
        decide(new Command.FenceNode(1, true));
        ClusterImage again =
                ImageBuilder.apply(
                        ClusterImage.EMPTY,
                        RecordCodec.decode(
                                ByteBuffer.wrap(RecordCodec.encode(ImageBuilder.records(image)))));
        assertThat(again.shards()).isEqualTo(image.shards());
    }

    private void assertNoChange(Command<?> command) {
        ClusterImage before = image;
        decide(command);
        assertThat(image).isSameAs(before);
    }

    private void registerThree() {
        allow();
        register(1, 2, null);
        register(2, 2, null);
        register(3, 2, null);
    }

    private List<ShardState> replicated(int replicas) {
        return image.shards().values().stream()
                .filter(shard -> shard.replicas().size() == replicas)
                .toList();
    }

    private List<ShardState> shardsOf(String topic) {
        return java.util.Arrays.stream(
                        Objects.requireNonNull(image.topic(topic)).partitions().toArray())
                .mapToObj(this::shard)
                .toList();
    }

    private ShardState shard(int id) {
        return Objects.requireNonNull(image.shard(id));
    }

    private TopicOutcome create(String name, int partitions, int replicationFactor) {
        return topics(new NewTopic(name, partitions, replicationFactor, Map.of(), Map.of(), false));
    }

    private Errors assigned(String name, Map<Integer, List<Integer>> assignments) {
        return topics(new NewTopic(name, -1, -1, new HashMap<>(assignments), Map.of(), false))
                .error();
    }

    private TopicOutcome topics(NewTopic topic) {
        Reply.Topics reply = (Reply.Topics) decide(new Command.CreateTopics(List.of(topic), false));
        return reply.outcomes().getFirst();
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
