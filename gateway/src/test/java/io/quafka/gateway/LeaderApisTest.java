package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.NodeRole;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderApisTest {
    private static ListOffsetsRequestData asked(long timestamp, int... partitions) {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(
                        List.of(
                                new ListOffsetsTopic()
                                        .setName("t")
                                        .setPartitions(
                                                IntStream.of(partitions)
                                                        .mapToObj(p ->
                                                                new ListOffsetsPartition()
                                                                        .setPartitionIndex(p)
                                                                        .setTimestamp(timestamp))
                                                        .toList())));
    }

    private static List<ListOffsetsPartitionResponse> ask(
            TestCluster cluster, int version, ListOffsetsRequestData request) {
        ListOffsetsResponseData answer =
                cluster.call(ApiKeys.LIST_OFFSETS, (short) version, request);
        assertThat(answer.topics()).hasSize(1);
        return answer.topics().getFirst().partitions();
    }

    @Test
    void gathersSeveralNodesAnswersInTheClientsOrder() {
        var cluster = new TestCluster(2);
        cluster.createTopic("t", 4);
        cluster.storage(2).unreachable = true;
        assertThat(ask(cluster, 11, asked(-1, 3, 0, 9, 2)))
                .extracting(p -> p.partitionIndex() + ":" + Errors.forCode(p.errorCode()))
                .containsExactly(
                        "3:NOT_LEADER_OR_FOLLOWER",
                        "0:NONE",
                        "9:UNKNOWN_TOPIC_OR_PARTITION",
                        "2:NONE");
    }

    @Test
    void aPartitionNamedTwiceIsRefused() {
        var cluster = new TestCluster();
        cluster.createTopic("t", 2);
        assertThat(ask(cluster, 11, asked(-1, 0, 1, 0)))
                .extracting(p -> Errors.forCode(p.errorCode()))
                .containsExactly(Errors.INVALID_REQUEST, Errors.NONE, Errors.INVALID_REQUEST);
    }

    @Test
    void specialTimestampsNeedTheirVersions() {
        var cluster = new TestCluster();
        cluster.createTopic("t", 1);
        int[][] timestampAndVersion = {{-3, 7}, {-4, 8}, {-5, 9}, {-6, 11}};
        for (int[] pair : timestampAndVersion) {
            assertThat(ask(cluster, pair[1], asked(pair[0], 0)).getFirst().errorCode())
                    .isEqualTo(Errors.NONE.code());
            assertThat(ask(cluster, pair[1] - 1, asked(pair[0], 0)).getFirst().errorCode())
                    .isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        }
    }

    @Test
    void logDirsTellThePartitionsThatClientsSeeHere() {
        var cluster = new TestCluster(2);
        cluster.controller.node(3, NodeRole.GATEWAY);
        var topic = cluster.createTopic("t", 20);
        var request = new DescribeLogDirsRequestData();
        request.topics()
                .add(
                        new DescribableLogDirTopic()
                                .setTopic("t")
                                .setPartitions(IntStream.range(0, 20).boxed().toList()));
        DescribeLogDirsResponseData answer = cluster.call(ApiKeys.DESCRIBE_LOG_DIRS, request);
        assertThat(answer.results())
                .extracting(result -> result.logDir())
                .containsExactlyInAnyOrder("/data", "node-2:/data");
        LiveGateways gateways = LiveGateways.of(cluster.controller.image().nodes());
        List<Integer> here =
                IntStream.range(0, 20)
                        .filter(p ->
                                Objects.requireNonNull(
                                                        gateways.leader(
                                                                cluster.controller
                                                                        .image()
                                                                        .shardOf(topic, p),
                                                                topic.id(),
                                                                p))
                                                .id()
                                        == TestCluster.GATEWAY)
                        .boxed()
                        .toList();
        assertThat(answer.results().getFirst().topics().getFirst().partitions())
                .extracting(p -> p.partitionIndex())
                .containsExactlyElementsOf(here);
        assertThat(here).hasSizeBetween(1, 19);
    }
}
