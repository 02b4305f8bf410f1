package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class ProduceApiTest {
    private static final short NAMES = 12;
    private static final short IDS = 13;

    private static ProduceRequestData toAll(Topic topic, short version) {
        var asked = new TopicProduceData();
        if (version >= IDS) {
            asked.setTopicId(topic.id());
        } else {
            asked.setName(topic.name());
        }
        for (int i = 0; i < topic.partitionCount(); i++) {
            asked.partitionData()
                    .add(
                            new PartitionProduceData()
                                    .setIndex(i)
                                    .setRecords(Requests.records("value " + i)));
        }
        var data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1_000);
        data.topicData().add(asked);
        return data;
    }

    private static List<PartitionProduceResponse> partitions(ProduceResponseData answer) {
        List<PartitionProduceResponse> partitions = new ArrayList<>();
        answer.responses().forEach(topic -> partitions.addAll(topic.partitionResponses()));
        return partitions;
    }

    private static void assertAll(ProduceResponseData answer, Errors error) {
        assertThat(partitions(answer))
                .isNotEmpty()
                .allMatch(partition -> partition.errorCode() == error.code());
    }

    @Test
    void passesARequestForOneNodeOnAndAnswersWithNames() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 3);

        ProduceResponseData answer = cluster.call(ApiKeys.PRODUCE, NAMES, toAll(topic, NAMES));

        assertAll(answer, Errors.NONE);
        TopicProduceResponse answered = answer.responses().iterator().next();
        assertThat(answered.name()).isEqualTo("t");
        assertThat(cluster.storage(1).produced).hasSize(1);
        assertThat(cluster.storage(1).produced.getFirst().topicData().iterator().next().topicId())
                .isEqualTo(topic.id());
    }

    @Test
    void answersWithIdsFromVersion13On() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);

        ProduceResponseData answer = cluster.call(ApiKeys.PRODUCE, IDS, toAll(topic, IDS));

        assertThat(answer.responses().iterator().next().topicId()).isEqualTo(topic.id());
        assertAll(answer, Errors.NONE);
    }

    @Test
    void splitsByLeaderAndAnswersInTheClientsOrder() {
        var cluster = new TestCluster(2);
        Topic topic = cluster.createTopic("t", 5);

        ProduceResponseData answer = cluster.call(ApiKeys.PRODUCE, NAMES, toAll(topic, NAMES));

        assertAll(answer, Errors.NONE);
        assertThat(partitions(answer))
                .extracting(PartitionProduceResponse::index)
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(partitions(cluster, 1)).containsExactly(0, 2, 4);
        assertThat(partitions(cluster, 2)).containsExactly(1, 3);
    }

    private static List<Integer> partitions(TestCluster cluster, int node) {
        return cluster
                .storage(node)
                .produced
                .getFirst()
                .topicData()
                .iterator()
                .next()
                .partitionData()
                .stream()
                .map(PartitionProduceData::index)
                .toList();
    }

    @Test
    void aLostNodeSpoilsOnlyItsOwnPart() {
        var cluster = new TestCluster(2);
        Topic topic = cluster.createTopic("t", 2);
        cluster.storage(2).unreachable = true;

        ProduceResponseData answer = cluster.call(ApiKeys.PRODUCE, IDS, toAll(topic, IDS));

        assertThat(partitions(answer))
                .extracting(PartitionProduceResponse::errorCode)
                .containsExactly(Errors.NONE.code(), Errors.NETWORK_EXCEPTION.code());
    }

    @Test
    void aLostOnlyNodeIsTold() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 2);
        cluster.storage(1).unreachable = true;

        assertAll(cluster.call(ApiKeys.PRODUCE, IDS, toAll(topic, IDS)), Errors.NETWORK_EXCEPTION);
    }

    @Test
    void anUnknownNodeIsNotTheLeader() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 2);
        cluster.storage.clear();

        assertAll(
                cluster.call(ApiKeys.PRODUCE, IDS, toAll(topic, IDS)),
                Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void unknownTopicsAndPartitionsFailAlone() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        var request = toAll(topic, NAMES);
        TopicProduceData known = request.topicData().iterator().next();
        known.partitionData()
                .add(new PartitionProduceData().setIndex(7).setRecords(Requests.records("x")));
        request.topicData()
                .add(
                        new TopicProduceData()
                                .setName("nope")
                                .setPartitionData(
                                        List.of(
                                                new PartitionProduceData()
                                                        .setRecords(Requests.records("x")))));

        ProduceResponseData answer = cluster.call(ApiKeys.PRODUCE, NAMES, request);

        assertThat(partitions(answer))
                .extracting(PartitionProduceResponse::errorCode)
                .containsExactly(
                        Errors.NONE.code(),
                        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
                        Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(cluster.storage(1).produced).hasSize(1);
    }

    @Test
    void anUnknownIdIsToldByItsId() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);

        ProduceResponseData answer =
                cluster.call(
                        ApiKeys.PRODUCE, IDS, Requests.produce(IDS, topic, "other", 0, "value"));

        assertAll(answer, Errors.UNKNOWN_TOPIC_ID);
        Uuid told = answer.responses().iterator().next().topicId();
        assertThat(told).isEqualTo(Requests.OTHER_ID);
    }

    @Test
    void refusesWhatNoNodeNeedsToSee() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);

        assertAll(
                cluster.call(ApiKeys.PRODUCE, IDS, toAll(topic, IDS).setAcks((short) 2)),
                Errors.INVALID_REQUIRED_ACKS);
        for (MemoryRecords records : new MemoryRecords[] {null, MemoryRecords.EMPTY}) {
            var request = toAll(topic, IDS);
            request.topicData().iterator().next().partitionData().getFirst().setRecords(records);
            assertAll(cluster.call(ApiKeys.PRODUCE, IDS, request), Errors.INVALID_RECORD);
        }
        assertThat(cluster.storage(1).produced).isEmpty();
    }

    @Test
    void theNodeHearsWhichTransactionTheRecordsBelongTo() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);

        assertAll(
                cluster.call(ApiKeys.PRODUCE, IDS, toAll(topic, IDS).setTransactionalId("txn")),
                Errors.NONE);
        assertThat(cluster.storage(1).produced)
                .extracting(ProduceRequestData::transactionalId)
                .containsExactly("txn");
    }

    @Test
    void zstdIsRefusedToClientsThatCannotKnowIt() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        MemoryRecords zstd =
                MemoryRecords.withRecords(
                        org.apache.kafka.common.compress.Compression.zstd().build(),
                        new org.apache.kafka.common.record.internal.SimpleRecord(new byte[10]));
        for (short version : new short[] {6, 7}) {
            var request = toAll(topic, version);
            request.topicData().iterator().next().partitionData().getFirst().setRecords(zstd);
            assertAll(
                    cluster.call(ApiKeys.PRODUCE, version, request),
                    version < 7 ? Errors.UNSUPPORTED_COMPRESSION_TYPE : Errors.NONE);
        }
    }

    @Test
    void acksZeroAnswersNothingAndClosesUponAnError() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        var good = toAll(topic, IDS).setAcks((short) 0);

        KafkaResponse silent = TestCluster.await(cluster.send(ApiKeys.PRODUCE, IDS, good));
        assertThat(silent.body()).isNull();
        assertThat(silent.closeAfter()).isFalse();
        assertThat(cluster.storage(1).produced).hasSize(1);

        cluster.storage(1).unreachable = true;
        var bad = toAll(topic, IDS).setAcks((short) 0);
        KafkaResponse closing = TestCluster.await(cluster.send(ApiKeys.PRODUCE, IDS, bad));
        assertThat(closing.body()).isNull();
        assertThat(closing.closeAfter()).isTrue();
    }
}
