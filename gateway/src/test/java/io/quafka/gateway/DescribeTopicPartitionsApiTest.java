package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeTopicPartitionsApiTest {
    private static DescribeTopicPartitionsRequestData asked(String... names) {
        return new DescribeTopicPartitionsRequestData()
                .setTopics(Stream.of(names).map(name -> new TopicRequest().setName(name)).toList());
    }

    private static DescribeTopicPartitionsResponseData ask(
            TestCluster cluster, DescribeTopicPartitionsRequestData request) {
        return cluster.call(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, request);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 100})
    void pagesTogetherTellEveryPartitionOnce(int limit) {
        var cluster = new TestCluster();
        cluster.createTopic("b", 3);
        cluster.createTopic("a", 2);
        cluster.createTopic("c", 4);
        List<String> told = new ArrayList<>();
        var request = asked().setResponsePartitionLimit(limit);
        while (true) {
            DescribeTopicPartitionsResponseData page = ask(cluster, request);
            int before = told.size();
            page.topics()
                    .forEach(topic ->
                            topic.partitions()
                                    .forEach(p -> told.add(topic.name() + p.partitionIndex())));
            assertThat(told.size() - before).isLessThanOrEqualTo(limit);
            if (page.nextCursor() == null) {
                break;
            }
            request.setCursor(
                    new Cursor()
                            .setTopicName(page.nextCursor().topicName())
                            .setPartitionIndex(page.nextCursor().partitionIndex()));
        }
        assertThat(told).containsExactly("a0", "a1", "b0", "b1", "b2", "c0", "c1", "c2", "c3");
    }

    @Test
    void noPageIsLargerThanTheServersLimit() {
        var cluster = new TestCluster();
        cluster.createTopic("t", DescribeTopicPartitionsApi.PAGE_MAX + 1);
        var page = ask(cluster, asked("t").setResponsePartitionLimit(Integer.MAX_VALUE));
        assertThat(page.topics().find("t").partitions())
                .hasSize(DescribeTopicPartitionsApi.PAGE_MAX);
        assertThat(page.nextCursor().partitionIndex())
                .isEqualTo(DescribeTopicPartitionsApi.PAGE_MAX);
    }

    @Test
    void unknownAndImpossibleTopicsAreTold() {
        var cluster = new TestCluster();
        var answer = ask(cluster, asked("nope", "no spaces"));
        assertThat(answer.topics().find("nope").errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(answer.topics().find("no spaces").errorCode())
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    }

    @Test
    void impossibleCursorsAndLimitsAreRefused() {
        var cluster = new TestCluster();
        cluster.createTopic("t", 1);
        var cursor = new Cursor().setTopicName("t").setPartitionIndex(-1);
        for (var request :
                List.of(asked("t").setCursor(cursor), asked("t").setResponsePartitionLimit(0))) {
            assertThat(ask(cluster, request).topics().find("t").errorCode())
                    .isEqualTo(Errors.INVALID_REQUEST.code());
        }
    }
}
