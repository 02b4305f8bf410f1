package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.Test;

/// Gateways in several zones, and clients that say which one they are in.
class ZonesTest {
    private static final int PARTITIONS = 40;

    /// Where the gateways of [#cluster] stand.
    private static final Map<Integer, String> ZONES =
            Map.of(1, "a", 2, "a", 3, "b", 4, "b", 5, "c");

    /// Leads all partitions, and is no gateway.
    private static final int STORAGE = 9;

    private static TestCluster cluster() {
        var cluster = new TestCluster();
        ZONES.forEach((id, zone) -> {
            if (id == TestCluster.GATEWAY) {
                cluster.controller.gatewayIn(zone, id, NodeRole.STORAGE, NodeRole.CONTROLLER);
            } else {
                cluster.controller.gatewayIn(zone, id);
            }
        });
        cluster.controller.node(STORAGE, NodeRole.STORAGE);
        cluster.controller.shard(1, STORAGE);
        cluster.storage.put(STORAGE, cluster.storage(TestCluster.GATEWAY));
        return cluster;
    }

    private static List<MetadataResponsePartition> partitions(
            TestCluster cluster, String clientId) {
        var request =
                new MetadataRequestData()
                        .setTopics(List.of(new MetadataRequestTopic().setName("t")))
                        .setAllowAutoTopicCreation(false);
        MetadataResponseData answer = cluster.callAs(clientId, ApiKeys.METADATA, request);
        return answer.topics().find("t").partitions();
    }

    private static Set<Integer> leaders(TestCluster cluster, String clientId) {
        Set<Integer> leaders = new HashSet<>();
        partitions(cluster, clientId).forEach(partition -> leaders.add(partition.leaderId()));
        return leaders;
    }

    @Test
    void leadersAreInTheZoneThatAClientNames() {
        TestCluster cluster = cluster();
        cluster.createTopic("t", PARTITIONS);

        assertThat(leaders(cluster, "app")).isEqualTo(ZONES.keySet());
        assertThat(leaders(cluster, "app,zone=a")).containsExactlyInAnyOrder(1, 2);
        assertThat(leaders(cluster, "diskless_az=b")).containsExactlyInAnyOrder(3, 4);
        assertThat(leaders(cluster, "automq_type=producer&automq_az=c")).containsExactly(5);
        assertThat(leaders(cluster, "zone=elsewhere")).isEqualTo(ZONES.keySet());
    }

    @Test
    void aGatewayThatLeadsAShardItselfLeadsItsPartitionsInEveryZone() {
        TestCluster cluster = cluster();
        cluster.controller.shard(1, TestCluster.GATEWAY);
        cluster.createTopic("t", PARTITIONS);

        assertThat(leaders(cluster, "app")).containsExactly(1);
        assertThat(leaders(cluster, "zone=b")).containsExactly(1);
        assertThat(partitions(cluster, "zone=b"))
                .allSatisfy(partition ->
                        assertThat(partition.replicaNodes())
                                .startsWith(1)
                                .extracting(ZONES::get)
                                .containsExactlyInAnyOrder("a", "b", "c"));
    }

    @Test
    void aGatewayThatCarriesTheShardStandsForItInItsZone() {
        TestCluster cluster = cluster();
        cluster.controller.gatewayIn("b", 4, NodeRole.STORAGE);
        cluster.controller.shard(
                new ShardState(1, 7, TestCluster.GATEWAY, List.of(1, 4), List.of(1, 4)));
        Topic topic = cluster.createTopic("t", PARTITIONS);

        assertThat(partitions(cluster, "app"))
                .allSatisfy(
                        partition -> assertThat(partition.replicaNodes()).containsExactly(1, 4, 5));
        FetchResponseData answer = cluster.call(ApiKeys.FETCH, fetch(topic, "b", 0, -1));
        assertThat(answer.responses().getFirst().partitions().getFirst().preferredReadReplica())
                .isEqualTo(4);
    }

    @Test
    void eachOtherZoneHasAReplica() {
        TestCluster cluster = cluster();
        cluster.createTopic("t", PARTITIONS);

        assertThat(partitions(cluster, "zone=b"))
                .allSatisfy(partition -> {
                    assertThat(partition.replicaNodes())
                            .hasSize(3)
                            .startsWith(partition.leaderId());
                    assertThat(partition.replicaNodes())
                            .extracting(ZONES::get)
                            .containsExactlyInAnyOrder("a", "b", "c");
                    assertThat(partition.isrNodes()).isEqualTo(partition.replicaNodes());
                });
    }

    @Test
    void describingPartitionsTellsTheSame() {
        TestCluster cluster = cluster();
        cluster.createTopic("t", PARTITIONS);

        DescribeTopicPartitionsResponseData answer =
                cluster.callAs(
                        "zone=b",
                        ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                        new DescribeTopicPartitionsRequestData()
                                .setTopics(List.of(new TopicRequest().setName("t"))));

        List<MetadataResponsePartition> told = partitions(cluster, "zone=b");
        assertThat(answer.topics().find("t").partitions())
                .hasSize(PARTITIONS)
                .allSatisfy(partition -> {
                    MetadataResponsePartition same = told.get(partition.partitionIndex());
                    assertThat(partition.leaderId()).isEqualTo(same.leaderId());
                    assertThat(partition.replicaNodes()).isEqualTo(same.replicaNodes());
                });
    }

    @Test
    void coordinatorsAreInTheZoneThatAClientNames() {
        TestCluster cluster = cluster();
        for (int i = 0; i < 20; i++) {
            FindCoordinatorResponseData answer =
                    cluster.callAs(
                            "zone=b",
                            ApiKeys.FIND_COORDINATOR,
                            new FindCoordinatorRequestData()
                                    .setKeyType((byte) 0)
                                    .setCoordinatorKeys(List.of("group-" + i)));
            assertThat(answer.coordinators().getFirst().nodeId()).isIn(3, 4);
        }
    }

    private static FetchRequestData fetch(Topic topic, String rack, int session, int epoch) {
        var asked = new FetchTopic().setTopicId(topic.id());
        asked.partitions().add(new FetchPartition().setPartition(0).setPartitionMaxBytes(1 << 20));
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setRackId(rack)
                .setTopics(List.of(asked));
    }

    private static PartitionData only(FetchResponseData answer) {
        assertThat(answer.responses()).hasSize(1);
        return answer.responses().getFirst().partitions().getFirst();
    }

    private static TestCluster withARecord() {
        TestCluster cluster = cluster();
        Topic topic = cluster.createTopic("t", 1);
        cluster.call(ApiKeys.PRODUCE, Requests.produce((short) 13, topic, "t", 0, "value"));
        return cluster;
    }

    @Test
    void aConsumerIsSentToAReplicaInItsZone() {
        TestCluster cluster = withARecord();
        Topic topic = cluster.topic("t");

        PartitionData there = only(cluster.call(ApiKeys.FETCH, fetch(topic, "b", 0, -1)));

        assertThat(there.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(FetchResponse.recordsSize(there)).isZero();
        assertThat(there.preferredReadReplica()).isIn(3, 4);
        assertThat(partitions(cluster, "app").getFirst().replicaNodes())
                .contains(there.preferredReadReplica());
    }

    @Test
    void aConsumerIsServedInItsZoneAndWhereNoneIsNearer() {
        TestCluster cluster = withARecord();
        Topic topic = cluster.topic("t");
        for (String rack : List.of("", "a", "elsewhere")) {
            PartitionData here = only(cluster.call(ApiKeys.FETCH, fetch(topic, rack, 0, -1)));
            assertThat(here.preferredReadReplica()).isEqualTo(-1);
            assertThat(FetchResponse.recordsSize(here)).isPositive();
        }
    }

    @Test
    void aSessionTellsOfTheReplicaWheneverItIsAsked() {
        TestCluster cluster = withARecord();
        Topic topic = cluster.topic("t");
        FetchResponseData opened = cluster.call(ApiKeys.FETCH, fetch(topic, "b", 0, 0));
        assertThat(only(opened).preferredReadReplica()).isIn(3, 4);

        FetchResponseData next =
                cluster.call(ApiKeys.FETCH, fetch(topic, "b", opened.sessionId(), 1));
        assertThat(only(next).preferredReadReplica())
                .isEqualTo(only(opened).preferredReadReplica());
    }

    @Test
    void zonesAreReadFromAClientsIdInAnyDialect() {
        assertThat(ClientZone.of(null)).isNull();
        assertThat(ClientZone.of("")).isNull();
        assertThat(ClientZone.of("plain")).isNull();
        assertThat(ClientZone.of("timezone=utc")).isNull();
        assertThat(ClientZone.of("zone=")).isNull();
        assertThat(ClientZone.of("timezone=utc,zone=eu-1a")).isEqualTo("eu-1a");
        assertThat(ClientZone.of("app;zone=eu-1a;x=y")).isEqualTo("eu-1a");
        assertThat(ClientZone.of("app diskless_az=eu-1b")).isEqualTo("eu-1b");
        assertThat(ClientZone.of("automq_type=consumer&automq_az=eu-1c&automq_cidr=x"))
                .isEqualTo("eu-1c");
    }
}
