package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members that are not, or not any more, what they say they are: refused with Kafka's codes.
@Tag("broker")
class GroupErrorsTest {
    private static final String TOPIC = "t";

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker =
                BrokerProcess.start(
                        BrokerOptions.in(directory).with("group.initial.rebalance.delay.ms", "0"));
        Clients.createTopic(broker.bootstrap(), TOPIC, 2, Map.of());
        // Makes the topic in which groups are kept.
        try (var admin = Clients.admin(broker.bootstrap())) {
            assertThat(admin.listConsumerGroupOffsets("any").all().get()).isNotNull();
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    private static String joined(RawGroup group) {
        var first = group.join("", null);
        assertThat(Errors.forCode(first.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        var second = group.join(first.memberId(), null);
        assertThat(Errors.forCode(second.errorCode())).isEqualTo(Errors.NONE);
        assertThat(group.sync(second.memberId(), second.generationId())).isEqualTo(Errors.NONE);
        return second.memberId();
    }

    @Test
    void anOldGenerationIsRefused() throws Exception {
        try (RawGroup group = new RawGroup(broker.port(), "generations")) {
            String member = joined(group);
            int generation = group.join(member, null).generationId();
            assertThat(group.sync(member, generation)).isEqualTo(Errors.NONE);
            assertThat(group.heartbeat(member, generation, null)).isEqualTo(Errors.NONE);
            assertThat(group.heartbeat(member, generation - 1, null))
                    .isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(group.sync(member, generation + 1)).isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(group.commit(8, TOPIC, member, generation - 1, -1))
                    .isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(group.commit(8, TOPIC, member, generation, -1)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void aStrangerIsRefused() throws Exception {
        try (RawGroup group = new RawGroup(broker.port(), "strangers")) {
            joined(group);
            assertThat(group.heartbeat("stranger", 1, null)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(Errors.forCode(group.join("stranger", null).errorCode()))
                    .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(group.commit(8, TOPIC, "stranger", 1, -1))
                    .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(group.commit(8, TOPIC, "", -1, -1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        }
    }

    @Test
    void aStaticMemberWhosePlaceWasTakenIsFenced() throws Exception {
        try (RawGroup group = new RawGroup(broker.port(), "static")) {
            var first = group.join("", "instance");
            assertThat(group.sync(first.memberId(), first.generationId())).isEqualTo(Errors.NONE);
            var second = group.join("", "instance");
            assertThat(Errors.forCode(second.errorCode())).isEqualTo(Errors.NONE);
            assertThat(second.memberId()).isNotEqualTo(first.memberId());
            assertThat(group.heartbeat(first.memberId(), second.generationId(), "instance"))
                    .isEqualTo(Errors.FENCED_INSTANCE_ID);
        }
    }

    @Test
    void aConsumerWithAnEpochThatWasNeverGivenIsFenced() throws Exception {
        try (RawGroup group = new RawGroup(broker.port(), "epochs")) {
            await().until(() -> group.consumerHeartbeat("member", 0, TOPIC).memberEpoch() > 0);
            assertThat(Errors.forCode(group.consumerHeartbeat("member", 99, null).errorCode()))
                    .isEqualTo(Errors.FENCED_MEMBER_EPOCH);
            assertThat(Errors.forCode(group.consumerHeartbeat("other", 5, null).errorCode()))
                    .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(group.commit(9, TOPIC, "member", 99, -1))
                    .isEqualTo(Errors.STALE_MEMBER_EPOCH);
        }
    }

    @Test
    void anEpochOfNobodyIsRefused() throws Exception {
        try (RawGroup group = new RawGroup(broker.port(), "nobody")) {
            await().until(() -> group.consumerHeartbeat("member", 0, TOPIC).memberEpoch() > 0);
            assertThat(group.fetchOffsets(null, 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(group.fetchOffsets("other", 5)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            assertThat(group.fetchOffsets(null, -1)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void requestsThatMeanNoGroupAreRefused() throws Exception {
        try (RawGroup group = new RawGroup(broker.port(), "")) {
            assertThat(Errors.forCode(group.join("", null).errorCode()))
                    .isEqualTo(Errors.INVALID_GROUP_ID);
            assertThat(group.heartbeat("m", 1, null)).isEqualTo(Errors.INVALID_GROUP_ID);
        }
    }
}
