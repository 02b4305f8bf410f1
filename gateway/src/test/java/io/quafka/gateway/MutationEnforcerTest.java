package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.MetadataRecord.QuotasChanged;
import io.quafka.controller.model.SecurityImage;
import io.quafka.gateway.quota.ClientQuotas;
import io.quafka.gateway.quota.MutationEnforcer;
import io.quafka.wire.KafkaResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients may make and drop of partitions, in front of a gateway: 22 at once, then 2 a
/// second.
class MutationEnforcerTest {
    private static final String CLIENT = "maker";
    private static final double BOUND = 2;
    private static final int BURST = 22;

    private final TestCluster cluster = new TestCluster();
    private final AtomicReference<SecurityImage> image = new AtomicReference<>(SecurityImage.EMPTY);
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final MutationEnforcer enforcer =
            new MutationEnforcer(
                    cluster.gateway,
                    new ClientQuotas(image::get, now::get),
                    cluster.controller::image);
    private int muted;

    @BeforeEach
    void bound() {
        var maker = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, CLIENT));
        image.set(
                SecurityImage.EMPTY.with(
                        new QuotasChanged(maker, Map.of("controller_mutation_rate", BOUND))));
    }

    private ApiMessage ask(String client, ApiKeys api, int version, ApiMessage body) {
        KafkaResponse response =
                enforcer.handle(cluster.request(client, api, (short) version, body)).join();
        muted = response.muteMillis();
        return Objects.requireNonNull(response.body());
    }

    /// Errors by topic, and under "" for how long the client is told to wait.
    private Map<String, Object> create(String client, int version, CreatableTopic... topics) {
        var request = new CreateTopicsRequestData().setTimeoutMs(1_000);
        for (CreatableTopic topic : topics) {
            request.topics().add(topic);
        }
        var answer =
                (CreateTopicsResponseData) ask(client, ApiKeys.CREATE_TOPICS, version, request);
        Map<String, Object> told = new HashMap<>();
        answer.topics().forEach(each -> told.put(each.name(), Errors.forCode(each.errorCode())));
        told.put("", answer.throttleTimeMs());
        return told;
    }

    private static CreatableTopic topic(String name, int partitions) {
        return new CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1);
    }

    @Test
    void whoHasADebtIsRefusedTopicByTopicUntilItIsPaid() {
        assertThat(create(CLIENT, 7, topic("a", BURST + 2), topic("b", 1)))
                .isEqualTo(
                        Map.of("a", Errors.NONE, "b", Errors.THROTTLING_QUOTA_EXCEEDED, "", 1_000));
        assertThat(muted).isEqualTo(1_000);
        assertThat(cluster.controller.image().topic("b")).isNull();
        assertThat(create("another", 7, topic("c", BURST * 2)))
                .isEqualTo(Map.of("c", Errors.NONE, "", 0));
        now.updateAndGet(before -> before.plusMillis(1_000));
        assertThat(create(CLIENT, 7, topic("b", 1))).isEqualTo(Map.of("b", Errors.NONE, "", 0));
        assertThat(muted).isZero();
    }

    /// Their clients do not know the error.
    @Test
    void anOldVersionIsServedAndWaitsAfterThat() {
        assertThat(create(CLIENT, 5, topic("a", BURST), topic("b", 4)))
                .isEqualTo(Map.of("a", Errors.NONE, "b", Errors.NONE, "", 2_000));
        assertThat(create(CLIENT, 5, topic("c", 2))).isEqualTo(Map.of("c", Errors.NONE, "", 3_000));
        assertThat(muted).isEqualTo(3_000);
    }

    @Test
    void whatIsNotMadeDoesNotCount() {
        cluster.createTopic("there", 50);
        CreatableTopic dry = topic("dry", 50);
        var request = new CreateTopicsRequestData().setTimeoutMs(1_000).setValidateOnly(true);
        request.topics().add(dry);
        for (int i = 0; i < 3; i++) {
            ask(CLIENT, ApiKeys.CREATE_TOPICS, 7, request);
            assertThat(create(CLIENT, 7, topic("there", 50), topic("in valid", 50)))
                    .isEqualTo(
                            Map.of(
                                    "there",
                                    Errors.TOPIC_ALREADY_EXISTS,
                                    "in valid",
                                    Errors.INVALID_TOPIC_EXCEPTION,
                                    "",
                                    0));
        }
        CreatableTopic assigned = topic("assigned", -1).setReplicationFactor((short) -1);
        for (int i = 0; i <= BURST; i++) {
            assigned.assignments()
                    .add(
                            new CreatableReplicaAssignment()
                                    .setPartitionIndex(i)
                                    .setBrokerIds(List.of(1)));
        }
        assertThat(create(CLIENT, 7, assigned, topic("more", 1)))
                .containsEntry("assigned", Errors.NONE)
                .containsEntry("more", Errors.THROTTLING_QUOTA_EXCEEDED);
    }

    @Test
    void whatPartitionsAreAddedCounts() {
        cluster.createTopic("t", 100);
        assertThat(grow(3, 100 + BURST + 2)).isEqualTo(Errors.NONE);
        assertThat(muted).isZero();
        assertThat(grow(3, 200)).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
        assertThat(muted).isEqualTo(1_000);
        assertThat(cluster.topic("t").partitionCount()).isEqualTo(100 + BURST + 2);
        assertThat(grow(2, 100 + BURST + 4)).isEqualTo(Errors.NONE);
        assertThat(muted).isEqualTo(2_000);
    }

    private Errors grow(int version, int count) {
        var request = new CreatePartitionsRequestData().setTimeoutMs(1_000);
        request.topics()
                .add(new CreatePartitionsTopic().setName("t").setCount(count).setAssignments(null));
        var answer =
                (CreatePartitionsResponseData)
                        ask(CLIENT, ApiKeys.CREATE_PARTITIONS, version, request);
        assertThat(answer.throttleTimeMs()).isEqualTo(muted);
        return Errors.forCode(answer.results().getFirst().errorCode());
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6})
    void whatIsDroppedCounts(int version) {
        cluster.createTopic("large", BURST + 2);
        cluster.createTopic("small", 1);
        assertThat(delete(version, "large")).isEqualTo(Errors.NONE);
        boolean strict = version >= 5;
        assertThat(muted).isEqualTo(strict ? 0 : 1_000);
        assertThat(delete(version, "small"))
                .isEqualTo(strict ? Errors.THROTTLING_QUOTA_EXCEEDED : Errors.NONE);
        assertThat(muted).isEqualTo(strict ? 1_000 : 1_500);
        assertThat(cluster.controller.image().topic("small") == null).isEqualTo(!strict);
    }

    private Errors delete(int version, String name) {
        var request = new DeleteTopicsRequestData().setTimeoutMs(1_000);
        Uuid id = cluster.topic(name).id();
        if (version < 6) {
            request.setTopicNames(List.of(name));
        } else {
            request.setTopics(List.of(new DeleteTopicState().setName(null).setTopicId(id)));
        }
        var answer =
                (DeleteTopicsResponseData) ask(CLIENT, ApiKeys.DELETE_TOPICS, version, request);
        assertThat(answer.throttleTimeMs()).isEqualTo(muted);
        return Errors.forCode(answer.responses().iterator().next().errorCode());
    }
}
