package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetadataApiTest {
    private static final short LATEST = ApiKeys.METADATA.latestVersion(false);

    private static MetadataRequestData named(String... names) {
        return new MetadataRequestData()
                .setTopics(
                        Stream.of(names)
                                .map(name -> new MetadataRequestTopic().setName(name))
                                .toList())
                .setAllowAutoTopicCreation(false);
    }

    private static MetadataRequestData byId(Uuid... ids) {
        return new MetadataRequestData()
                .setTopics(
                        Stream.of(ids)
                                .map(id -> new MetadataRequestTopic().setName(null).setTopicId(id))
                                .toList());
    }

    private static MetadataResponseData ask(
            TestCluster cluster, short version, MetadataRequestData request) {
        return cluster.call(ApiKeys.METADATA, version, request);
    }

    @Test
    void tellsTheLiveGatewaysAsBrokersAndLeaders() {
        var cluster = new TestCluster();
        cluster.controller.node(2, NodeRole.GATEWAY);
        cluster.controller.node(3, NodeRole.STORAGE);
        cluster.controller.shard(1, 3);
        Topic topic = cluster.createTopic("t", 50);

        MetadataResponseData answer = ask(cluster, LATEST, named("t"));

        assertThat(answer.clusterId()).isEqualTo("test-cluster-id");
        assertThat(answer.controllerId()).isEqualTo(TestCluster.GATEWAY);
        assertThat(answer.brokers())
                .extracting(MetadataResponseBroker::nodeId)
                .containsExactly(1, 2);
        MetadataResponseTopic told = answer.topics().find("t");
        assertThat(told.topicId()).isEqualTo(topic.id());
        assertThat(told.partitions())
                .hasSize(50)
                .allSatisfy(p -> {
                    assertThat(p.errorCode()).isEqualTo(Errors.NONE.code());
                    assertThat(p.replicaNodes()).containsExactly(p.leaderId());
                    assertThat(p.isrNodes()).containsExactly(p.leaderId());
                    assertThat(p.leaderEpoch()).isEqualTo(7);
                });
        assertThat(told.partitions())
                .extracting(MetadataResponsePartition::leaderId)
                .contains(1, 2);
    }

    @Test
    void aGatewayThatLeadsAShardItselfLeadsItsPartitions() {
        var cluster = new TestCluster(2);
        cluster.controller.node(2, NodeRole.GATEWAY, NodeRole.STORAGE);
        cluster.controller.node(3, NodeRole.GATEWAY);
        Topic topic = cluster.createTopic("t", 50);

        assertThat(ask(cluster, LATEST, named("t")).topics().find("t").partitions())
                .hasSize(50)
                .allSatisfy(p ->
                        assertThat(p.leaderId())
                                .isEqualTo(
                                        Objects.requireNonNull(
                                                        cluster.controller
                                                                .image()
                                                                .shardOf(topic, p.partitionIndex()))
                                                .leader()));

        // Nothing can be sent to who is silent: others take it there.
        cluster.controller.fence(2);
        assertThat(ask(cluster, LATEST, named("t")).topics().find("t").partitions())
                .extracting(MetadataResponsePartition::leaderId)
                .containsOnly(1, 3)
                .contains(3);
    }

    @Test
    void gatewaysThatCarryAShardAreToldAsItsReplicas() {
        var cluster = new TestCluster();
        cluster.controller.node(2, NodeRole.GATEWAY, NodeRole.STORAGE);
        cluster.controller.node(3, NodeRole.GATEWAY, NodeRole.STORAGE);
        cluster.controller.shard(new ShardState(1, 7, 2, List.of(1, 2, 3), List.of(2, 3)));
        cluster.createTopic("t", 1);
        cluster.controller.fence(1);

        MetadataResponsePartition told =
                ask(cluster, LATEST, named("t")).topics().find("t").partitions().getFirst();

        assertThat(told.leaderId()).isEqualTo(2);
        assertThat(told.replicaNodes()).containsExactly(1, 2, 3);
        assertThat(told.isrNodes()).containsExactly(2, 3);
        assertThat(told.offlineReplicas()).containsExactly(1);
    }

    @Test
    void aPartitionWhoseShardHasNoLeaderIsNotAvailable() {
        var cluster = new TestCluster();
        cluster.createTopic("t", 1);
        cluster.controller.shard(1, ShardState.NO_LEADER);

        MetadataResponsePartition told =
                ask(cluster, LATEST, named("t")).topics().find("t").partitions().getFirst();

        assertThat(told.errorCode()).isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
        assertThat(told.leaderId()).isEqualTo(-1);
        assertThat(told.isrNodes()).isEmpty();
        assertThat(told.offlineReplicas()).isEqualTo(told.replicaNodes());
    }

    @Test
    void findsTopicsByIdAndTellsUnknownIds() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);

        MetadataResponseData answer = ask(cluster, LATEST, byId(topic.id(), Requests.OTHER_ID));

        assertThat(answer.topics().find("t").errorCode()).isEqualTo(Errors.NONE.code());
        MetadataResponseTopic unknown = answer.topics().find((String) null);
        assertThat(unknown.errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        assertThat(unknown.topicId()).isEqualTo(Requests.OTHER_ID);
    }

    @Test
    void idsAreRefusedBeforeVersion12() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        MetadataResponseData answer = ask(cluster, (short) 11, byId(topic.id()));
        assertThat(answer.topics().iterator().next().errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void allTopicsAreAskedForWithNullOrInVersion0WithAnEmptyList() {
        var cluster = new TestCluster();
        cluster.createTopic("a", 1);
        cluster.createTopic("b", 1);
        assertThat(ask(cluster, LATEST, new MetadataRequestData().setTopics(null)).topics())
                .hasSize(2);
        assertThat(ask(cluster, (short) 0, new MetadataRequestData()).topics()).hasSize(2);
        assertThat(ask(cluster, (short) 1, new MetadataRequestData()).topics()).isEmpty();
    }

    @Test
    void createsATopicOnlyIfTheRequestAndTheConfigAllowIt() {
        var cluster = new TestCluster();
        assertThat(error(ask(cluster, LATEST, named("new"))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);

        MetadataResponseData created =
                ask(cluster, LATEST, named("new").setAllowAutoTopicCreation(true));
        assertThat(error(created)).isEqualTo(Errors.NONE);
        assertThat(created.topics().find("new").partitions())
                .hasSize(MemoryController.DEFAULT_PARTITIONS);

        var defaults = GatewayConfig.DEFAULTS;
        var refusing =
                new TestCluster(
                        1,
                        new GatewayConfig(
                                false,
                                defaults.internalTopics(),
                                defaults.adminWait(),
                                1_000,
                                defaults.fetchSessionIdle(),
                                10,
                                false,
                                defaults.nodeConfigs()),
                        InstantSource.system());
        assertThat(error(ask(refusing, LATEST, named("new").setAllowAutoTopicCreation(true))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void anInternalTopicIsMadeByItsOwnRules() {
        var cluster = new TestCluster();
        ask(cluster, LATEST, named("__consumer_offsets").setAllowAutoTopicCreation(true));
        Topic topic = cluster.topic("__consumer_offsets");
        assertThat(topic.internal()).isTrue();
        assertThat(topic.partitionCount()).isEqualTo(50);
        assertThat(topic.configs()).containsEntry("cleanup.policy", "compact");
    }

    @Test
    void impossibleNamesAreRefused() {
        var cluster = new TestCluster();
        assertThat(error(ask(cluster, LATEST, named("no spaces").setAllowAutoTopicCreation(true))))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(cluster.controller.submitted()).isEmpty();
    }

    @Test
    void requestsForATopicThatIsBeingMadeShareOneCommand() {
        var cluster = new TestCluster();
        cluster.controller.fallSilent();
        var request = named("new").setAllowAutoTopicCreation(true);
        var first = cluster.send(ApiKeys.METADATA, LATEST, request);
        var second = cluster.send(ApiKeys.METADATA, LATEST, request);
        assertThat(cluster.controller.submitted()).hasSize(1);
        assertThat(cluster.controller.submitted().getFirst())
                .isInstanceOf(Command.CreateTopics.class);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
    }

    @Test
    void gatewaysBehindOneAddressAreOneBrokerWhicheverLive() {
        var defaults = GatewayConfig.DEFAULTS;
        var cluster =
                new TestCluster(
                        1,
                        new GatewayConfig(
                                true,
                                defaults.internalTopics(),
                                defaults.adminWait(),
                                1_000,
                                defaults.fetchSessionIdle(),
                                10,
                                true,
                                defaults.nodeConfigs()),
                        InstantSource.system());
        cluster.createTopic("t", 20);
        MetadataResponseData before = ask(cluster, LATEST, named("t"));
        assertThat(before.brokers()).hasSize(1);
        assertThat(before.brokers().find(GatewayDirectory.ONE_ID).port()).isEqualTo(9092);
        assertThat(before.controllerId()).isEqualTo(GatewayDirectory.ONE_ID);
        assertThat(before.topics().find("t").partitions())
                .hasSize(20)
                .allMatch(partition -> partition.leaderId() == GatewayDirectory.ONE_ID);

        cluster.controller.node(7, NodeRole.GATEWAY);
        MetadataResponseData after = ask(cluster, LATEST, named("t"));
        assertThat(after.brokers()).hasSize(1);
        assertThat(after.brokers().find(GatewayDirectory.ONE_ID).host()).isEqualTo("gateway-7");
        DescribeClusterResponseData described =
                cluster.call(
                        ApiKeys.DESCRIBE_CLUSTER,
                        new DescribeClusterRequestData().setIncludeFencedBrokers(true));
        assertThat(described.brokers()).hasSize(1);
    }

    private static Errors error(MetadataResponseData answer) {
        return Errors.forCode(answer.topics().iterator().next().errorCode());
    }

    @Test
    void theClusterIsToldToBrokersOnly() {
        var cluster = new TestCluster();
        DescribeClusterResponseData brokers =
                cluster.call(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterRequestData());
        assertThat(brokers.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(brokers.brokers()).hasSize(1);
        DescribeClusterResponseData controllers =
                cluster.call(
                        ApiKeys.DESCRIBE_CLUSTER,
                        new DescribeClusterRequestData().setEndpointType((byte) 2));
        assertThat(controllers.errorCode()).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
    }

    private static int id(LiveGateways.@Nullable Member gateway) {
        return Objects.requireNonNull(gateway).id();
    }

    @Test
    void rendezvousMovesOnlyAGoneGatewaysShare() {
        var controller = new MemoryController();
        for (int id = 1; id <= 5; id++) {
            controller.node(id, NodeRole.GATEWAY);
        }
        LiveGateways five = LiveGateways.of(controller.image().nodes());
        LiveGateways four = LiveGateways.of(controller.image().nodes().minus(3));
        Uuid topic = Uuid.randomUuid();
        int[] share = new int[6];
        for (int partition = 0; partition < 10_000; partition++) {
            int before = id(five.leader(null, topic, partition));
            int after = id(four.leader(null, topic, partition));
            share[before]++;
            if (before != 3) {
                assertThat(after).isEqualTo(before);
            }
        }
        assertThat(List.of(share[1], share[2], share[3], share[4], share[5]))
                .allSatisfy(count -> assertThat(count).isBetween(1_800, 2_200));
    }
}
