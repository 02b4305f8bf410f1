package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.ProducerIds;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Topic;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinationTest {
    private static InitProducerIdResponseData init(
            TestCluster cluster, InitProducerIdRequestData request) {
        return cluster.call(ApiKeys.INIT_PRODUCER_ID, (short) 5, request);
    }

    private static InitProducerIdRequestData idempotent() {
        return new InitProducerIdRequestData().setTransactionalId(null);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void producerIdsAreNeverGivenTwice(int block) {
        var controller = new MemoryController();
        var one = new ProducerIds(controller, block);
        var other = new ProducerIds(controller, block);
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            assertThat(given.add(one.next().join())).isTrue();
            assertThat(given.add(other.next().join())).isTrue();
        }
        assertThat(controller.submitted()).hasSizeLessThan(2 * (500 / block + 3));
    }

    @Test
    void aSilentControllerDelaysOnlyWhoNeedsIt() {
        var controller = new MemoryController();
        var ids = new ProducerIds(controller, 10);
        ids.next().join();
        controller.fallSilent();
        for (int i = 0; i < 9; i++) {
            assertThat(ids.next()).isDone();
        }
        assertThat(ids.next()).isNotDone();
    }

    @Test
    void idempotentProducersGetANewIdAtEpochZero() {
        var cluster = new TestCluster();
        var first = init(cluster, idempotent());
        var second =
                init(
                        cluster,
                        idempotent().setProducerId(first.producerId()).setProducerEpoch((short) 0));
        assertThat(first.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(first.producerEpoch()).isZero();
        assertThat(second.producerId()).isNotEqualTo(first.producerId());
    }

    @Test
    void aTransactionalIdIsAskedForAtItsCoordinator() {
        var cluster = new TestCluster();
        var request = new InitProducerIdRequestData().setTransactionalId("txn");
        init(cluster, request);
        assertThat(cluster.storage(1).coordinated).isEmpty();

        cluster.createTopic("__transaction_state", 50);
        assertThat(init(cluster, request).errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
        assertThat(cluster.storage(1).coordinated).containsExactly(request);
    }

    @Test
    void offsetsJoinATransactionBeforeAnybodyAskedForAGroup() {
        var cluster = new TestCluster();
        cluster.createTopic("__transaction_state", 50);
        var request =
                new AddOffsetsToTxnRequestData().setTransactionalId("txn").setGroupId("group");
        cluster.call(ApiKeys.ADD_OFFSETS_TO_TXN, (short) 3, request);
        assertThat(cluster.topic("__consumer_offsets").partitionCount()).isEqualTo(50);
        assertThat(cluster.storage(1).coordinated).containsExactly(request);
    }

    @ParameterizedTest
    @CsvSource({"1,3,1", "2,3,2", "3,3,3", "5,3,3", "3,1,1", "5,7,3"})
    void internalTopicsHaveAsManyReplicasAsAreWantedAndCanBe(int nodes, int most, int made) {
        var cluster = new TestCluster(nodes);
        cluster.controller.defaults(
                Map.of(
                        "storage.replication.factor.max",
                        Integer.toString(most),
                        "default.replication.factor",
                        "2"));
        cluster.createTopic("__transaction_state", 50);
        var request =
                new AddOffsetsToTxnRequestData().setTransactionalId("txn").setGroupId("group");
        cluster.call(ApiKeys.ADD_OFFSETS_TO_TXN, (short) 3, request);
        var create = (Command.CreateTopics) cluster.controller.submitted().getLast();
        assertThat(create.topics().getFirst().name()).isEqualTo("__consumer_offsets");
        assertThat(create.topics().getFirst().replicationFactor()).isEqualTo(made);
    }

    @Test
    void aProducerIdWithoutItsEpochIsRefused() {
        var half = idempotent().setProducerId(5);
        assertThat(init(new TestCluster(), half).errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void coordinatorsThatDoNotExistAreNotNamed() {
        var cluster = new TestCluster();
        FindCoordinatorResponseData share =
                cluster.call(
                        ApiKeys.FIND_COORDINATOR,
                        (short) 6,
                        new FindCoordinatorRequestData()
                                .setKeyType((byte) 2)
                                .setCoordinatorKeys(List.of("a", "b")));
        assertThat(share.coordinators())
                .hasSize(2)
                .allSatisfy(c -> {
                    assertThat(c.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
                    assertThat(c.errorMessage()).contains("not served");
                });
        FindCoordinatorResponseData unknown =
                cluster.call(
                        ApiKeys.FIND_COORDINATOR,
                        (short) 3,
                        new FindCoordinatorRequestData().setKeyType((byte) 9).setKey("a"));
        assertThat(unknown.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(cluster.controller.image().topics()).isEmpty();
    }

    @Test
    void whereCoordinatorsAreServedAKeyLeadsToTheLeaderThatMetadataNames() {
        var cluster = new TestCluster();
        var directory = new GatewayDirectory(() -> TestCluster.GATEWAY, false);
        var config = GatewayConfig.DEFAULTS;
        var api =
                new FindCoordinatorApi(
                        cluster.controller,
                        directory,
                        new TopicCreator(
                                cluster.controller,
                                new Commands(cluster.controller, config.adminWait()),
                                config),
                        _ -> true);
        var request =
                new FindCoordinatorRequestData().setCoordinatorKeys(List.of("group-a", "group-b"));
        KafkaResponse response =
                TestCluster.await(
                        api.handle(
                                new KafkaRequest(
                                        new RequestHeader(
                                                ApiKeys.FIND_COORDINATOR, (short) 6, "test", 1),
                                        request,
                                        10,
                                        new ConnectionInfo(
                                                1,
                                                new InetSocketAddress(0),
                                                new InetSocketAddress(0)),
                                        0)));
        var answer = (FindCoordinatorResponseData) Objects.requireNonNull(response.body());
        assertThat(answer.coordinators())
                .extracting(Coordinator::key)
                .containsExactly("group-a", "group-b");
        assertThat(answer.coordinators())
                .allSatisfy(c -> assertThat(c.host()).isEqualTo("gateway-1"));
        Topic offsets = cluster.topic("__consumer_offsets");
        assertThat(offsets.partitionCount()).isEqualTo(50);
    }
}
