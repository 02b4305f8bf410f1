package io.quafka.controller.logic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ControllerLogicTest {
    private long drawn;
    private ClusterImage image = ClusterImage.EMPTY;

    @Test
    void aClusterThatNobodyJoinedTakesWhatAnotherHad() {
        Uuid id = Uuid.randomUuid();
        Command.RestoreCluster restore =
                new Command.RestoreCluster(
                        List.of(
                                new MetadataRecord.TopicCreated(
                                        id,
                                        "restored",
                                        PartitionShards.of(7, 8),
                                        1,
                                        Map.of("retention.ms", "5"),
                                        false),
                                new MetadataRecord.IdsReserved(9, 20)));
        var proposal = new CommandCodec.Proposal(restore, Uuid.randomUuid());
        assertThat(CommandCodec.decode(ByteBuffer.wrap(CommandCodec.encode(proposal))))
                .isEqualTo(proposal);
        IdSource ids = IdSource.from(Uuid.randomUuid());
        ClusterImage restored =
                ControllerLogic.decide(ClusterImage.EMPTY, restore, ids)
                        .applyTo(ClusterImage.EMPTY);
        Topic topic = requireNonNull(restored.topic("restored"));
        assertThat(topic.id()).isEqualTo(id);
        assertThat(topic.settings().retentionMs()).isEqualTo(5);
        assertThat(restored.nextShardId()).isEqualTo(20);
        ClusterImage joined =
                ControllerLogic.decide(
                                restored,
                                new Command.RegisterNode(
                                        Uuid.randomUuid(),
                                        Set.of(NodeRole.STORAGE),
                                        null,
                                        new Endpoint("here", 1),
                                        null,
                                        1),
                                ids)
                        .applyTo(restored);
        assertThat(joined.node(9)).isNotNull();
        assertThat(ControllerLogic.decide(joined, restore, ids).records()).isEmpty();
    }

    @Test
    void aStorageNodeGetsItsShardsOnceAndKeepsItsId() {
        assertThat(register(1, 3)).isEqualTo(1);
        assertThat(register(2, 2)).isEqualTo(2);
        assertThat(register(1, 3)).isEqualTo(1);
        assertThat(image.shards()).hasSize(5);
        assertThat(image.shards().values()).allMatch(s -> s.leader() == (s.id() <= 3 ? 1 : 2));
    }

    @Test
    void aRegistrationThatChangesNothingWritesNothing() {
        register(1, 1);
        long version = image.version();
        register(1, 1);
        assertThat(image.version()).isEqualTo(version);
    }

    @Test
    void partitionsSpreadEvenlyStartingWhereFewestAre() {
        register(1, 4);
        create("a", 3);
        create("b", 6);
        create("c", 3);
        assertThat(image.indexes().partitionsByShard().values()).containsOnly(3);
        Topic first = topic("a");
        assertThat(first.partitions().toArray()).containsExactly(1, 2, 3);
        assertThat(topic("b").partitions().toArray()).containsExactly(4, 1, 2, 3, 4, 1);
    }

    @Test
    void tenThousandPartitionsAreOneSmallRecord() {
        register(1, 200);
        create("wide", 10_000);
        byte[] bytes = RecordCodec.encode(ImageBuilder.records(image));
        assertThat(bytes.length).isLessThan(40_000);
        assertThat(outcome("wider", 10_001, 1).error()).isEqualTo(Errors.POLICY_VIOLATION);
    }

    @Test
    void topicNamesFollowKafkasRules() {
        register(1, 1);
        create("a.b", 1);
        assertThat(outcome("a.b", 1, 1).error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
        assertThat(outcome("a_b", 1, 1).error()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(outcome("sp ace", 1, 1).error()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(outcome("", 1, 1).error()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(outcome("x".repeat(250), 1, 1).error())
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        delete("a.b");
        create("a_b", 1);
    }

    @Test
    void namesThatCollideInOneCommandAreRefused() {
        register(1, 1);
        Reply.Topics reply = createAll(List.of(plain("n.m"), plain("n_m"), plain("t"), plain("t")));
        assertThat(reply.outcomes().stream().map(TopicOutcome::error))
                .containsExactly(
                        Errors.NONE,
                        Errors.INVALID_TOPIC_EXCEPTION,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST);
    }

    @Test
    void countsAndFactorsAreChecked() {
        assertThat(outcome("t", 1, 1).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        register(1, 1);
        assertThat(outcome("t", 0, 1).error()).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(outcome("t", -2, 1).error()).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(outcome("t", 1, 0).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(outcome("t", 1, 2).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(outcome("t", -1, -1).error()).isEqualTo(Errors.NONE);
        assertThat(topic("t").partitionCount()).isEqualTo(1);
        alter(Map.of(cluster(), List.of(set("num.partitions", "7"))), false);
        assertThat(outcome("u", -1, -1).error()).isEqualTo(Errors.NONE);
        assertThat(topic("u").partitionCount()).isEqualTo(7);
    }

    @Test
    void assignmentsAreCheckedAndFollowed() {
        register(1, 2);
        register(2, 2);
        assertThat(assigned("t", -1, Map.of(0, List.of(2), 1, List.of(1))).error())
                .isEqualTo(Errors.NONE);
        Topic topic = topic("t");
        assertThat(leaderOf(topic, 0)).isEqualTo(2);
        assertThat(leaderOf(topic, 1)).isEqualTo(1);
        assertThat(assigned("u", 2, Map.of(0, List.of(2))).error())
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(assigned("u", -1, Map.of(1, List.of(2))).error())
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(assigned("u", -1, Map.of(0, List.of(9))).error())
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(assigned("u", -1, Map.of(0, List.of(1, 1))).error())
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(assigned("u", -1, Map.of(0, List.of())).error())
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    }

    @Test
    void validateOnlyChangesNothing() {
        register(1, 1);
        ClusterImage before = image;
        Reply.Topics reply =
                (Reply.Topics) decide(new Command.CreateTopics(List.of(plain("t")), true));
        assertThat(reply.outcomes().getFirst().error()).isEqualTo(Errors.NONE);
        assertThat(Objects.requireNonNull(reply.outcomes().getFirst().topic()).partitionCount())
                .isEqualTo(2);
        assertThat(image).isSameAs(before);
    }

    @Test
    void topicsAreDeletedByNameAndById() {
        register(1, 1);
        create("a", 1);
        create("b", 1);
        Uuid id = topic("b").id();
        Reply.Topics reply =
                (Reply.Topics)
                        decide(
                                new Command.DeleteTopics(
                                        List.of(
                                                new Command.TopicRef("a", Uuid.ZERO_UUID),
                                                new Command.TopicRef(null, id),
                                                new Command.TopicRef("no", Uuid.ZERO_UUID),
                                                new Command.TopicRef(null, new Uuid(9, 9)))));
        assertThat(reply.outcomes().stream().map(TopicOutcome::error))
                .containsExactly(
                        Errors.NONE,
                        Errors.NONE,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.UNKNOWN_TOPIC_ID);
        assertThat(image.topicsByName()).isEmpty();
        assertThat(image.indexes().partitionCount()).isZero();
    }

    @Test
    void topicsGrowButNeverShrink() {
        register(1, 2);
        create("t", 3);
        assertThat(grow("t", 2).error()).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(grow("t", 3).error()).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(grow("u", 3).error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        int[] before = topic("t").partitions().toArray();
        assertThat(grow("t", 5).error()).isEqualTo(Errors.NONE);
        assertThat(topic("t").partitions().toArray()).startsWith(before).hasSize(5);
    }

    @Test
    void incrementalChangesOfListsAddAndTake() {
        register(1, 1);
        create("t", 1);
        alter(
                Map.of(onTopic("t"), List.of(change("cleanup.policy", ConfigOp.APPEND, "compact"))),
                false);
        assertThat(topic("t").configs()).containsEntry("cleanup.policy", "delete,compact");
        assertThat(topic("t").settings().compacted()).isTrue();
        alter(
                Map.of(
                        onTopic("t"),
                        List.of(change("cleanup.policy", ConfigOp.SUBTRACT, "delete"))),
                false);
        assertThat(topic("t").settings().deleted()).isFalse();
        assertThat(
                        alter(
                                        Map.of(
                                                onTopic("t"),
                                                List.of(
                                                        change(
                                                                "retention.ms",
                                                                ConfigOp.APPEND,
                                                                "1"))),
                                        false)
                                .error())
                .isEqualTo(Errors.INVALID_CONFIG);
    }

    @Test
    void legacyChangesReplaceEverything() {
        register(1, 1);
        create("t", 1);
        alter(
                Map.of(onTopic("t"), List.of(set("retention.ms", "5"), set("segment.ms", "6"))),
                false);
        alter(Map.of(onTopic("t"), List.of(set("segment.ms", "7"))), true);
        assertThat(topic("t").configs()).isEqualTo(Map.of("segment.ms", "7"));
    }

    @Test
    void clusterDefaultsReachTopicsThatDoNotOverrideThem() {
        register(1, 1);
        create("t", 1);
        create("u", 1);
        alter(Map.of(onTopic("u"), List.of(set("retention.ms", "5"))), false);
        assertThat(
                        alter(
                                        Map.of(
                                                cluster(),
                                                List.of(
                                                        set("log.retention.hours", "2"),
                                                        set("log.retention.minutes", "3"))),
                                        false)
                                .error())
                .isEqualTo(Errors.NONE);
        assertThat(topic("t").settings().retentionMs()).isEqualTo(180_000);
        assertThat(topic("t").settings().localRetentionMs()).isEqualTo(180_000);
        assertThat(topic("u").settings().retentionMs()).isEqualTo(5);
    }

    @Test
    void unknownResourcesAndNamesAreRefused() {
        register(1, 1);
        create("t", 1);
        assertThat(alter(Map.of(onTopic("no"), List.of(set("segment.ms", "1"))), false).error())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        Reply.Outcome unknown = alter(Map.of(onTopic("t"), List.of(set("segmnt.ms", "1"))), false);
        assertThat(unknown.error()).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(unknown.message()).contains("segmnt.ms").contains("segment.ms");
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "1");
        assertThat(alter(Map.of(node, List.of(set("num.partitions", "1"))), false).error())
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(
                        alter(
                                        Map.of(
                                                onTopic("t"),
                                                List.of(
                                                        set("segment.ms", "1"),
                                                        set("segment.ms", "2"))),
                                        false)
                                .error())
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void aSilentStorageNodeLeadsNothingAndComesBackWithAHigherEpoch() {
        register(1, 1);
        decide(new Command.FenceNode(1, true));
        assertThat(shard(1).leader()).isEqualTo(ShardState.NO_LEADER);
        assertThat(shard(1).inSync()).containsExactly(1);
        assertThat(outcome("t", 1, 1).error()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        decide(new Command.FenceNode(1, false));
        assertThat(shard(1).leader()).isEqualTo(1);
        assertThat(shard(1).epoch()).isEqualTo(2);
        decide(new Command.UnregisterNode(1));
        assertThat(Objects.requireNonNull(image.node(1)).fenced()).isTrue();
        register(1, 1);
        assertThat(shard(1).leader()).isEqualTo(1);
        assertThat(shard(1).epoch()).isEqualTo(3);
    }

    @Test
    void producerIdsAreNeverGivenTwice() {
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            Reply.ProducerIds block =
                    (Reply.ProducerIds) decide(new Command.AllocateProducerIds(10));
            for (long id = block.first(); id < block.first() + block.count(); id++) {
                assertThat(given.add(id)).isTrue();
            }
        }
        assertThat(given).hasSize(100);
    }

    @Test
    void idsDifferWithinAndBetweenCommandsAndNeverLookLikeOptions() {
        Set<Uuid> ids = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            IdSource source = IdSource.from(new Uuid(seed, -seed));
            for (int i = 0; i < 100; i++) {
                ids.add(source.next());
            }
        }
        assertThat(ids).hasSize(20_000);
        assertThat(ids).noneMatch(id -> id.toString().startsWith("-"));
    }

    private int register(int incarnation, int shards) {
        Reply.NodeRegistered reply =
                (Reply.NodeRegistered)
                        decide(
                                new Command.RegisterNode(
                                        new Uuid(1, incarnation),
                                        Set.of(NodeRole.STORAGE),
                                        null,
                                        new Endpoint("host", 9093),
                                        null,
                                        shards));
        assertThat(reply.error()).isEqualTo(Errors.NONE);
        return reply.nodeId();
    }

    private Reply decide(Command<?> command) {
        drawn++;
        Decision decision =
                ControllerLogic.decide(image, command, IdSource.from(new Uuid(drawn, drawn)));
        image = decision.applyTo(image);
        return decision.reply();
    }

    private Reply.Topics createAll(List<NewTopic> topics) {
        return (Reply.Topics) decide(new Command.CreateTopics(topics, false));
    }

    private TopicOutcome outcome(String name, int partitions, int replicationFactor) {
        return createAll(
                        List.of(
                                new NewTopic(
                                        name,
                                        partitions,
                                        replicationFactor,
                                        Map.of(),
                                        Map.of(),
                                        false)))
                .outcomes()
                .getFirst();
    }

    private TopicOutcome assigned(
            String name, int partitions, Map<Integer, List<Integer>> assignments) {
        return createAll(
                        List.of(
                                new NewTopic(
                                        name,
                                        partitions,
                                        -1,
                                        new HashMap<>(assignments),
                                        Map.of(),
                                        false)))
                .outcomes()
                .getFirst();
    }

    private void create(String name, int partitions) {
        TopicOutcome outcome = outcome(name, partitions, 1);
        assertThat(outcome.error()).as(outcome.message()).isEqualTo(Errors.NONE);
    }

    private void delete(String name) {
        decide(new Command.DeleteTopics(List.of(new Command.TopicRef(name, Uuid.ZERO_UUID))));
    }

    private TopicOutcome grow(String name, int total) {
        return ((Reply.Topics)
                        decide(
                                new Command.CreatePartitions(
                                        List.of(
                                                new Command.MorePartitions(
                                                        name, total, new ArrayList<>())),
                                        false)))
                .outcomes()
                .getFirst();
    }

    @Test
    void groupsAreConfiguredWhetherTheyAreThereOrNot() {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "readers");
        assertThat(alter(set(group, "consumer.heartbeat.interval.ms", "7000"), false).error())
                .isEqualTo(Errors.NONE);
        assertThat(alter(set(group, "streams.num.standby.replicas", "1"), false).error())
                .isEqualTo(Errors.NONE);
        assertThat(image.groupConfigs())
                .containsExactly(
                        Map.entry(
                                "readers",
                                Map.of(
                                        "consumer.heartbeat.interval.ms",
                                        "7000",
                                        "streams.num.standby.replicas",
                                        "1")));
        assertThat(alter(set(group, "consumer.session.timeout.ms", "1000"), false).error())
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(set(group, "no.such.config", "1"), false).error())
                .isEqualTo(Errors.INVALID_CONFIG);
        Reply.Outcome share = alter(set(group, "share.session.timeout.ms", "50000"), false);
        assertThat(share.error()).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(share.message()).contains("share groups are not served");
        ConfigResource nameless = new ConfigResource(ConfigResource.Type.GROUP, "");
        assertThat(alter(set(nameless, "consumer.session.timeout.ms", "50000"), false).error())
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(Map.of(group, List.of()), true).error()).isEqualTo(Errors.NONE);
        assertThat(image.groupConfigs()).isEmpty();
    }

    private static Map<ConfigResource, List<ConfigChange>> set(
            ConfigResource resource, String name, String value) {
        return Map.of(resource, List.of(new ConfigChange(name, Command.ConfigOp.SET, value)));
    }

    private Reply.Outcome alter(
            Map<ConfigResource, List<ConfigChange>> changes, boolean replaceAll) {
        Reply.Configs reply =
                (Reply.Configs) decide(new Command.AlterConfigs(changes, replaceAll, false));
        return reply.outcomes().values().iterator().next();
    }

    private Topic topic(String name) {
        return Objects.requireNonNull(image.topic(name));
    }

    private ShardState shard(int id) {
        return Objects.requireNonNull(image.shard(id));
    }

    private int leaderOf(Topic topic, int partition) {
        return Objects.requireNonNull(image.shardOf(topic, partition)).leader();
    }

    private static NewTopic plain(String name) {
        return new NewTopic(name, 2, 1, Map.of(), Map.of(), false);
    }

    private static ConfigResource onTopic(String name) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private static ConfigResource cluster() {
        return new ConfigResource(ConfigResource.Type.BROKER, "");
    }

    private static ConfigChange set(String name, String value) {
        return change(name, ConfigOp.SET, value);
    }

    private static ConfigChange change(String name, ConfigOp op, String value) {
        return new ConfigChange(name, op, value);
    }
}
