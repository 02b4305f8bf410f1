package io.quafka.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Command.MoveShards;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Shards 1, 2 and 3 lie on nodes 1, 2 and 3; partition `i` of a topic is in shard `1 + i % 3`.
class ReassignmentApisTest {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final TestCluster cluster = new TestCluster(3);

    /// What is asked: replicas, or null, by topic and partition.
    private final Map<String, ReassignableTopic> asked = new TreeMap<>();

    private ReassignmentApisTest ask(
            String topic, int partition, @Nullable List<Integer> replicas) {
        asked.computeIfAbsent(topic, name -> new ReassignableTopic().setName(name))
                .partitions()
                .add(
                        new ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(replicas));
        return this;
    }

    /// Answers as `topic:partition error`, and the last message.
    private List<String> answers(boolean anyFactor) {
        AlterPartitionReassignmentsResponseData answer =
                cluster.call(
                        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                        new AlterPartitionReassignmentsRequestData()
                                .setAllowReplicationFactorChange(anyFactor)
                                .setTopics(List.copyOf(asked.values())));
        asked.clear();
        assertThat(answer.errorCode()).isZero();
        List<String> told = new ArrayList<>();
        for (var topic : answer.responses()) {
            for (ReassignablePartitionResponse partition : topic.partitions()) {
                told.add(
                        topic.name()
                                + ":"
                                + partition.partitionIndex()
                                + " "
                                + Errors.forCode(partition.errorCode()));
                message = partition.errorMessage();
            }
        }
        return told;
    }

    private @Nullable String message;

    private ShardState shard(int id) {
        return requireNonNull(cluster.controller.image().shard(id));
    }

    @Test
    void aShardMovesIfAllOfItIsAskedFor() {
        cluster.createTopic("a", 4);
        cluster.createTopic("b", 1);
        assertThat(
                        ask("a", 0, List.of(2))
                                .ask("a", 3, List.of(2))
                                .ask("b", 0, List.of(2))
                                .ask("a", 1, List.of(3))
                                .answers(true))
                .containsExactly("a:0 NONE", "a:3 NONE", "a:1 NONE", "b:0 NONE");
        assertThat(cluster.controller.submitted())
                .endsWith(
                        new MoveShards(
                                List.of(
                                        new ShardMove(1, List.of(2)),
                                        new ShardMove(2, List.of(3)))));
        assertThat(shard(1).adding()).containsExactly(2);
        assertThat(shard(1).removing()).containsExactly(1);
        assertThat(shard(3).isMoving()).isFalse();
    }

    @Test
    void aPartOfAShardDoesNotMoveAndWhatElseThereIsIsNamed() {
        cluster.createTopic("a", 28);
        assertThat(ask("a", 0, List.of(2)).ask("a", 1, List.of(3)).answers(true))
                .containsExactly(
                        "a:0 INVALID_REPLICA_ASSIGNMENT", "a:1 INVALID_REPLICA_ASSIGNMENT");
        assertThat(message)
                .contains("a-4, a-7, a-10, a-13, a-16, others:")
                .contains("quafka node move --shard 2");
        cluster.createTopic("b", 2);
        cluster.createTopic("c", 3);
        for (int i = 2; i < 28; i += 3) {
            ask("a", i, List.of(1));
        }
        assertThat(answers(true)).hasSize(9).allMatch(told -> told.endsWith("ASSIGNMENT"));
        assertThat(message).contains("with c-2: ask for all");
        assertThat(cluster.controller.image().shards().values()).noneMatch(ShardState::isMoving);
    }

    @Test
    void partitionsOfAShardHaveTheSameReplicas() {
        cluster.createTopic("a", 4);
        assertThat(ask("a", 0, List.of(2)).ask("a", 3, List.of(3)).answers(true))
                .containsOnly("a:0 INVALID_REPLICA_ASSIGNMENT", "a:3 INVALID_REPLICA_ASSIGNMENT");
        assertThat(message).contains("share shard 1");
        assertThat(ask("a", 0, List.of(2)).ask("a", 3, null).answers(true))
                .containsOnly("a:0 INVALID_REPLICA_ASSIGNMENT", "a:3 INVALID_REPLICA_ASSIGNMENT");
    }

    @Test
    void whatTheControllerRefusesAndWhatIsNotThereIsTold() {
        cluster.createTopic("a", 3);
        assertThat(
                        ask("a", 0, List.of(9))
                                .ask("a", 1, null)
                                .ask("a", 2, List.of(1, 2))
                                .ask("a", 3, List.of(1))
                                .ask("none", 0, List.of(1))
                                .answers(false))
                .containsExactly(
                        "a:0 INVALID_REPLICA_ASSIGNMENT",
                        "a:1 NO_REASSIGNMENT_IN_PROGRESS",
                        "a:2 INVALID_REPLICATION_FACTOR",
                        "a:3 UNKNOWN_TOPIC_OR_PARTITION",
                        "none:0 UNKNOWN_TOPIC_OR_PARTITION");
        ask("a", 2, List.of(1, 2)).answers(false);
        assertThat(message).isEqualTo("The replication factor is changed from 1 to 2");
    }

    @Test
    void aMoveIsListedUntilItIsTakenBack() {
        cluster.createTopic("a", 4);
        assertThat(ongoing(null)).isEmpty();
        ask("a", 0, List.of(2)).ask("a", 3, List.of(2)).answers(true);
        assertThat(ongoing(null)).containsExactly("a:0 [2, 1] +[2] -[1]", "a:3 [2, 1] +[2] -[1]");
        assertThat(ongoing(asking("a", 1, 3, 9))).containsExactly("a:3 [2, 1] +[2] -[1]");
        assertThat(ongoing(asking("none", 0))).isEmpty();
        assertThat(ask("a", 0, null).ask("a", 3, null).answers(true))
                .containsExactly("a:0 NONE", "a:3 NONE");
        assertThat(ongoing(null)).isEmpty();
        assertThat(shard(1).replicas()).containsExactly(1);
    }

    private static List<ListPartitionReassignmentsTopics> asking(String topic, Integer... indexes) {
        return List.of(
                new ListPartitionReassignmentsTopics()
                        .setName(topic)
                        .setPartitionIndexes(List.of(indexes)));
    }

    private List<String> ongoing(@Nullable List<ListPartitionReassignmentsTopics> asked) {
        ListPartitionReassignmentsResponseData answer =
                cluster.call(
                        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                        new ListPartitionReassignmentsRequestData().setTopics(asked));
        return answer.topics().stream()
                .flatMap(topic ->
                        topic.partitions().stream()
                                .map(partition ->
                                        "%s:%d %s +%s -%s"
                                                .formatted(
                                                        topic.name(),
                                                        partition.partitionIndex(),
                                                        partition.replicas(),
                                                        partition.addingReplicas(),
                                                        partition.removingReplicas())))
                .toList();
    }

    /// Shard 1 is led by node 2 though node 1 is preferred, shard 2 as preferred, shard 3 by
    /// nobody.
    private void leadOtherwise() {
        cluster.createTopic("a", 4);
        cluster.controller.shard(new ShardState(1, 7, 2, List.of(1, 2), List.of(1, 2)));
        cluster.controller.shard(
                new ShardState(3, 7, ShardState.NO_LEADER, List.of(3, 1), List.of(1)));
    }

    @Test
    void preferredLeadersAreElected() {
        leadOtherwise();
        assertThat(elected(PREFERRED, 0, 1, 2, 3, 9))
                .containsExactly(
                        "a:0 NONE",
                        "a:1 ELECTION_NOT_NEEDED",
                        "a:2 PREFERRED_LEADER_NOT_AVAILABLE",
                        "a:3 NONE",
                        "a:9 UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(shard(1).leader()).isEqualTo(1);
        assertThat(shard(1).epoch()).isEqualTo(8);
    }

    @Test
    void ofAllPartitionsThoseThatAreLedAsAskedAreNotTold() {
        leadOtherwise();
        assertThat(elected(UNCLEAN)).containsExactly("a:2 ELIGIBLE_LEADERS_NOT_AVAILABLE");
        assertThat(elected(PREFERRED))
                .containsExactly("a:0 NONE", "a:2 PREFERRED_LEADER_NOT_AVAILABLE", "a:3 NONE");
        assertThat(elected(PREFERRED)).containsExactly("a:2 PREFERRED_LEADER_NOT_AVAILABLE");
    }

    @Test
    void nobodyIsElectedWhoIsNotInSync() {
        leadOtherwise();
        int commands = cluster.controller.submitted().size();
        assertThat(elected(UNCLEAN, 1, 2))
                .containsExactly("a:1 ELECTION_NOT_NEEDED", "a:2 ELIGIBLE_LEADERS_NOT_AVAILABLE");
        assertThat(cluster.controller.submitted()).hasSize(commands);
        ElectLeadersResponseData answer =
                cluster.call(
                        ApiKeys.ELECT_LEADERS,
                        new ElectLeadersRequestData().setElectionType((byte) 7));
        assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    /// @param partitions of topic a; none for all that there are
    private List<String> elected(byte type, Integer... partitions) {
        var data = new ElectLeadersRequestData().setElectionType(type);
        if (partitions.length == 0) {
            data.setTopicPartitions(null);
        } else {
            data.topicPartitions()
                    .add(new TopicPartitions().setTopic("a").setPartitions(List.of(partitions)));
        }
        ElectLeadersResponseData answer = cluster.call(ApiKeys.ELECT_LEADERS, data);
        assertThat(answer.errorCode()).isZero();
        return answer.replicaElectionResults().stream()
                .flatMap(topic ->
                        topic.partitionResult().stream()
                                .map(result ->
                                        topic.topic()
                                                + ":"
                                                + result.partitionId()
                                                + " "
                                                + Errors.forCode(result.errorCode())))
                .toList();
    }

    @Test
    void aNodeIsForgottenOnceItIsStoppedAndEmpty() {
        cluster.createTopic("a", 3);
        assertThat(forgotten(9)).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
        assertThat(forgotten(3)).isEqualTo(Errors.INVALID_REQUEST);
        cluster.controller.node(4, NodeRole.STORAGE);
        cluster.controller.fence(4);
        assertThat(forgotten(4)).isEqualTo(Errors.NONE);
        assertThat(cluster.controller.image().node(4)).isNull();
    }

    private Errors forgotten(int node) {
        UnregisterBrokerResponseData answer =
                cluster.call(
                        ApiKeys.UNREGISTER_BROKER,
                        new UnregisterBrokerRequestData().setBrokerId(node));
        return Errors.forCode(answer.errorCode());
    }

    @Test
    void nodesAreDrainedByASettingOfTheCluster() {
        cluster.createTopic("a", 3);
        assertThat(draining()).isEmpty();
        assertThat(alter(2, "2", true)).isEqualTo(Errors.NONE);
        assertThat(draining()).as("that was a question").isEmpty();
        assertThat(alter(2, "2", false)).isEqualTo(Errors.NONE);
        assertThat(shard(2).removing()).containsExactly(2);
        assertThat(draining()).isEqualTo("2");
        assertThat(alter(2, "3", false)).isEqualTo(Errors.NONE);
        assertThat(draining()).isEqualTo("2,3");
        assertThat(alter(0, "3", false)).isEqualTo(Errors.NONE);
        assertThat(draining()).isEqualTo("3");
        assertThat(shard(2).isMoving()).isFalse();
        assertThat(alter(3, "3", false)).isEqualTo(Errors.NONE);
        assertThat(cluster.controller.image().nodes().values()).noneMatch(Node::draining);
        assertThat(alter(0, "1, 2", false)).isEqualTo(Errors.NONE);
        assertThat(alter(1, null, false)).isEqualTo(Errors.NONE);
        assertThat(draining()).isEmpty();
    }

    @Test
    void whatCannotBeDrainedIsRefused() {
        cluster.createTopic("a", 3);
        assertThat(alter(2, "9", false)).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
        assertThat(alter(2, "9", true)).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
        assertThat(alter(2, "two", false)).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(0, "1,2,3", true)).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(alter(0, "1,2,3", false)).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(draining()).as("up to the one that is refused").isEqualTo("1,2");
        assertThat(alter(2, "3", false, "num.partitions")).isEqualTo(Errors.INVALID_REQUEST);
    }

    private Errors alter(
            int operation, @Nullable String nodes, boolean validateOnly, String... others) {
        var resource = new AlterConfigsResource().setResourceType(ConfigResource.Type.BROKER.id());
        resource.configs()
                .add(
                        new AlterableConfig()
                                .setName("storage.draining.nodes")
                                .setConfigOperation((byte) operation)
                                .setValue(nodes));
        for (String other : others) {
            resource.configs().add(new AlterableConfig().setName(other).setValue("1"));
        }
        var data = new IncrementalAlterConfigsRequestData().setValidateOnly(validateOnly);
        data.resources().add(resource);
        IncrementalAlterConfigsResponseData answer =
                cluster.call(ApiKeys.INCREMENTAL_ALTER_CONFIGS, data);
        return answer.responses().stream()
                .map(AlterConfigsResourceResponse::errorCode)
                .map(Errors::forCode)
                .findFirst()
                .orElseThrow();
    }

    /// As described.
    private String draining() {
        DescribeConfigsResponseData answer =
                cluster.call(
                        ApiKeys.DESCRIBE_CONFIGS,
                        new DescribeConfigsRequestData()
                                .setResources(
                                        List.of(
                                                new DescribeConfigsResource()
                                                        .setResourceType(
                                                                ConfigResource.Type.BROKER.id())
                                                        .setResourceName("")
                                                        .setConfigurationKeys(
                                                                List.of(
                                                                        "storage.draining.nodes")))));
        return answer.results().getFirst().configs().getFirst().value();
    }
}
