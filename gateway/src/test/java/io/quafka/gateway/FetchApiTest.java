package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class FetchApiTest {
    private static final short NAMES = 12;
    private static final short IDS = 18;

    private static FetchRequestData session(int id, int epoch, FetchTopic... topics) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(10 << 20)
                .setSessionId(id)
                .setSessionEpoch(epoch)
                .setTopics(List.of(topics));
    }

    private static FetchTopic byId(Topic topic, long offset, int... partitions) {
        return asked(new FetchTopic().setTopicId(topic.id()), offset, partitions);
    }

    private static FetchTopic asked(FetchTopic topic, long offset, int... partitions) {
        for (int partition : partitions) {
            topic.partitions()
                    .add(
                            new FetchPartition()
                                    .setPartition(partition)
                                    .setFetchOffset(offset)
                                    .setPartitionMaxBytes(1 << 20));
        }
        return topic;
    }

    private static void produce(TestCluster cluster, Topic topic, int partition, String value) {
        cluster.call(
                ApiKeys.PRODUCE,
                (short) 13,
                Requests.produce((short) 13, topic, topic.name(), partition, value));
    }

    private static List<PartitionData> partitions(FetchResponseData answer) {
        List<PartitionData> partitions = new ArrayList<>();
        answer.responses().forEach(topic -> partitions.addAll(topic.partitions()));
        return partitions;
    }

    private static List<Integer> indexes(FetchResponseData answer) {
        return partitions(answer).stream().map(PartitionData::partitionIndex).toList();
    }

    private static List<Errors> errors(FetchResponseData answer) {
        return partitions(answer).stream().map(p -> Errors.forCode(p.errorCode())).toList();
    }

    @Test
    void anIncrementalAnswerTellsOnlyWhatChanged() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 3);
        FetchResponseData full =
                cluster.call(ApiKeys.FETCH, IDS, session(0, 0, byId(topic, 0, 0, 1, 2)));
        assertThat(full.sessionId()).isNotZero();
        assertThat(indexes(full)).containsExactly(0, 1, 2);

        FetchResponseData nothing = cluster.call(ApiKeys.FETCH, IDS, session(full.sessionId(), 1));
        assertThat(nothing.sessionId()).isEqualTo(full.sessionId());
        assertThat(nothing.responses()).isEmpty();

        produce(cluster, topic, 1, "news");
        FetchResponseData news = cluster.call(ApiKeys.FETCH, IDS, session(full.sessionId(), 2));
        assertThat(indexes(news)).containsExactly(1);
        assertThat(FetchedAnswers.bytes(partitions(news).getFirst())).isPositive();

        FetchResponseData moved =
                cluster.call(ApiKeys.FETCH, IDS, session(full.sessionId(), 3, byId(topic, 1, 1)));
        assertThat(moved.responses()).isEmpty();
        assertThat(cluster.storage(1).heldReplies).hasValue(0);
    }

    @Test
    void aSessionAddsAndForgetsPartitions() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 3);
        int id = open(cluster, byId(topic, 0, 0, 1));

        FetchResponseData added =
                cluster.call(ApiKeys.FETCH, IDS, session(id, 1, byId(topic, 0, 2)));
        assertThat(indexes(added)).containsExactly(2);

        produce(cluster, topic, 0, "unseen");
        var forget =
                session(id, 2)
                        .setForgottenTopicsData(
                                List.of(
                                        new ForgottenTopic()
                                                .setTopicId(topic.id())
                                                .setPartitions(List.of(0))));
        assertThat(cluster.<FetchResponseData>call(ApiKeys.FETCH, IDS, forget).responses())
                .isEmpty();

        var forgetAll =
                session(id, 3)
                        .setForgottenTopicsData(
                                List.of(
                                        new ForgottenTopic()
                                                .setTopicId(topic.id())
                                                .setPartitions(List.of(1, 2))));
        FetchResponseData closed = cluster.call(ApiKeys.FETCH, IDS, forgetAll);
        assertThat(closed.sessionId()).isZero();
        assertSessionError(cluster, session(id, 4), Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    private static int open(TestCluster cluster, FetchTopic... topics) {
        FetchResponseData full = cluster.call(ApiKeys.FETCH, IDS, session(0, 0, topics));
        assertThat(full.sessionId()).isNotZero();
        return full.sessionId();
    }

    private static void assertSessionError(
            TestCluster cluster, FetchRequestData request, Errors error) {
        FetchResponseData answer = cluster.call(ApiKeys.FETCH, IDS, request);
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(error);
        assertThat(answer.responses()).isEmpty();
    }

    @Test
    void wrongSessionsAreRefused() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        int id = open(cluster, byId(topic, 0, 0));

        assertSessionError(cluster, session(id + 1, 1), Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertSessionError(cluster, session(id, 2), Errors.INVALID_FETCH_SESSION_EPOCH);
        FetchResponseData named = cluster.call(ApiKeys.FETCH, NAMES, session(id, 1));
        assertThat(Errors.forCode(named.errorCode()))
                .isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);

        FetchResponseData closing =
                cluster.call(ApiKeys.FETCH, IDS, session(id, -1, byId(topic, 0, 0)));
        assertThat(closing.sessionId()).isZero();
        assertThat(indexes(closing)).containsExactly(0);
        assertSessionError(cluster, session(id, 1), Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void idleSessionsAreForgottenAndAFullCacheOpensNone() {
        var cluster =
                clusterWithSessions(FetchSessions.SESSION_WEIGHT * 2 + 2, Duration.ofMinutes(2));
        Topic topic = cluster.createTopic("t", 1);
        int first = open(cluster, byId(topic, 0, 0));
        cluster.advance(Duration.ofMinutes(1));
        int second = open(cluster, byId(topic, 0, 0));
        FetchResponseData third =
                cluster.call(ApiKeys.FETCH, IDS, session(0, 0, byId(topic, 0, 0)));
        assertThat(third.sessionId()).isZero();

        cluster.advance(Duration.ofSeconds(61));
        assertSessionError(cluster, session(first, 1), Errors.FETCH_SESSION_ID_NOT_FOUND);
        open(cluster, byId(topic, 0, 0));
        FetchResponseData alive = cluster.call(ApiKeys.FETCH, IDS, session(second, 1));
        assertThat(alive.errorCode()).isEqualTo(Errors.NONE.code());
    }

    private static TestCluster clusterWithSessions(long weight, Duration idle) {
        var defaults = GatewayConfig.DEFAULTS;
        var config =
                new GatewayConfig(
                        true,
                        defaults.internalTopics(),
                        defaults.adminWait(),
                        weight,
                        idle,
                        1_000,
                        false,
                        defaults.nodeConfigs());
        var clock = new java.util.concurrent.atomic.AtomicReference<TestCluster>();
        var cluster =
                new TestCluster(
                        1,
                        config,
                        () ->
                                clock.get() == null
                                        ? java.time.Instant.EPOCH
                                        : clock.get().now.get());
        clock.set(cluster);
        return cluster;
    }

    @Test
    void unknownThingsGetTheirErrorsAndTheRestIsRead() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        produce(cluster, topic, 0, "value");

        FetchResponseData byId =
                cluster.call(
                        ApiKeys.FETCH,
                        IDS,
                        session(
                                0,
                                -1,
                                byId(topic, 0, 0, 5),
                                asked(new FetchTopic().setTopicId(Requests.OTHER_ID), 0, 0)));
        assertThat(errors(byId))
                .containsExactly(
                        Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_ID);

        FetchResponseData byName =
                cluster.call(
                        ApiKeys.FETCH,
                        NAMES,
                        session(
                                0,
                                -1,
                                asked(new FetchTopic().setTopic("t"), 0, 0),
                                asked(new FetchTopic().setTopic("nope"), 0, 0)));
        assertThat(errors(byName)).containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(byName.responses().getFirst().topic()).isEqualTo("t");
    }

    @Test
    void anErrorAnswersAtOnceHoweverLongTheClientWouldWait() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        var request =
                session(
                                0,
                                -1,
                                byId(topic, 0, 0),
                                asked(new FetchTopic().setTopicId(Requests.OTHER_ID), 0, 0))
                        .setMaxWaitMs(600_000);
        FetchResponseData answer = cluster.call(ApiKeys.FETCH, IDS, request);
        assertThat(errors(answer)).containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void aTopicMadeAnewUnderItsNameIsAnotherTopic() {
        var cluster = new TestCluster();
        Topic topic = cluster.createTopic("t", 1);
        int id = open(cluster, byId(topic, 0, 0));
        cluster.call(
                ApiKeys.DELETE_TOPICS,
                new DeleteTopicsRequestData()
                        .setTopics(List.of(new DeleteTopicState().setName("t"))));
        FetchResponseData gone = cluster.call(ApiKeys.FETCH, IDS, session(id, 1));
        assertThat(errors(gone)).containsExactly(Errors.UNKNOWN_TOPIC_ID);

        cluster.createTopic("t", 1);
        FetchResponseData other = cluster.call(ApiKeys.FETCH, IDS, session(id, 2));
        assertThat(errors(other)).containsExactly(Errors.INCONSISTENT_TOPIC_ID);
    }

    @Test
    void aLostNodeIsNotTheLeader() {
        var cluster = new TestCluster(2);
        Topic topic = cluster.createTopic("t", 2);
        cluster.storage(2).unreachable = true;
        FetchResponseData answer =
                cluster.call(
                        ApiKeys.FETCH,
                        IDS,
                        session(0, -1, byId(topic, 0, 0, 1)).setMaxWaitMs(600_000));
        assertThat(errors(answer)).containsExactly(Errors.NONE, Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(cluster.storage(1).heldReplies).hasValue(0);
    }

    @Test
    void severalNodesAnswerInTheClientsOrder() {
        var cluster = new TestCluster(3);
        Topic topic = cluster.createTopic("t", 6);
        for (int i = 0; i < 6; i++) {
            produce(cluster, topic, i, "value " + i);
        }
        FetchResponseData answer =
                cluster.call(ApiKeys.FETCH, IDS, session(0, -1, byId(topic, 0, 5, 0, 4, 1, 3, 2)));
        assertThat(indexes(answer)).containsExactly(5, 0, 4, 1, 3, 2);
        assertThat(partitions(answer)).allMatch(p -> FetchedAnswers.bytes(p) > 0);
    }

    @Test
    void theFirstNodeWithDataDoesNotWaitForTheIdleOnes() {
        var cluster = new TestCluster(2);
        Topic topic = cluster.createTopic("t", 2);
        CompletableFuture<KafkaResponse> pending =
                cluster.send(
                        ApiKeys.FETCH,
                        IDS,
                        session(0, -1, byId(topic, 0, 0, 1)).setMaxWaitMs(600_000));
        await().until(() -> cluster.storage(1).waiting() + cluster.storage(2).waiting() == 2);
        assertThat(pending).isNotDone();

        produce(cluster, topic, 1, "value");

        KafkaResponse response = TestCluster.await(pending);
        FetchResponseData answer = TestCluster.decode(ApiKeys.FETCH, IDS, response);
        assertThat(indexes(answer)).containsExactly(0, 1);
        assertThat(errors(answer)).containsOnly(Errors.NONE);
        assertThat(FetchedAnswers.bytes(partitions(answer).get(1))).isPositive();
        response.onSent().run();
        await().untilAsserted(() -> assertThat(cluster.storage(1).heldReplies).hasValue(0));
        assertThat(cluster.storage(2).heldReplies).hasValue(0);
        assertThat(cluster.storage(1).waiting()).isZero();
    }

    @Test
    void idleNodesAnswerEmptyWhenTheWaitIsOver() {
        var cluster = new TestCluster(2);
        Topic topic = cluster.createTopic("t", 2);
        FetchResponseData answer =
                cluster.call(
                        ApiKeys.FETCH, IDS, session(0, -1, byId(topic, 0, 0, 1)).setMaxWaitMs(250));
        assertThat(errors(answer)).containsExactly(Errors.NONE, Errors.NONE);
        assertThat(cluster.storage(1).fetches.get()).isBetween(2, 5);
        assertThat(cluster.storage(1).heldReplies).hasValue(0);
    }

    @Test
    void severalNodesTogetherKeepToMaxBytes() {
        var cluster = new TestCluster(2);
        Topic topic = cluster.createTopic("t", 2);
        produce(cluster, topic, 0, "x".repeat(1_000));
        produce(cluster, topic, 1, "x".repeat(1_000));
        FetchResponseData answer =
                cluster.call(
                        ApiKeys.FETCH,
                        IDS,
                        session(0, -1, byId(topic, 0, 0, 1)).setMaxBytes(1_500));
        assertThat(partitions(answer).stream().filter(p -> FetchedAnswers.bytes(p) > 0)).hasSize(1);
    }
}
