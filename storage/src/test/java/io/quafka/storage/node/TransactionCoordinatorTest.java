package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Topic;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The transaction coordinator on a storage node's own log, asked as clients ask it that add their
/// partitions themselves.
class TransactionCoordinatorTest {
    private static final String ID = "teller";
    private static final int PARTITIONS = 3;

    @TempDir private Path directory;

    private final AtomicLong producerIds = new AtomicLong(1_000);
    private NodeUnderTest node;
    private Topic topic;

    @BeforeEach
    void start() throws Exception {
        FixedMetadata metadata = new FixedMetadata(2);
        topic = metadata.topic("orders", PARTITIONS, FixedMetadata.settings(-1, -1));
        metadata.topic("__transaction_state", 4, FixedMetadata.settings(-1, -1));
        node =
                new NodeUnderTest(
                        directory,
                        metadata,
                        new StoragePeers() {
                            @Override
                            public @Nullable StorageNode node(int id) {
                                return null;
                            }

                            @Override
                            public CompletableFuture<Long> alterInSync(Command.AlterInSync wish) {
                                throw new IllegalStateException("nothing is replicated here");
                            }

                            @Override
                            public CompletableFuture<Long> newProducerId() {
                                return CompletableFuture.completedFuture(
                                        producerIds.getAndIncrement());
                            }
                        });
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private ApiMessage call(ApiKeys api, int version, ApiMessage body) throws Exception {
        var client =
                new CoordinatorCall.Client(
                        "test", InetAddress.getLoopbackAddress(), KafkaPrincipal.ANONYMOUS);
        return node.node()
                .coordinate(new CoordinatorCall(api, (short) version, client, body))
                .get(20, TimeUnit.SECONDS);
    }

    private InitProducerIdResponseData initialize() throws Exception {
        return (InitProducerIdResponseData)
                call(
                        ApiKeys.INIT_PRODUCER_ID,
                        4,
                        new InitProducerIdRequestData()
                                .setTransactionalId(ID)
                                .setTransactionTimeoutMs(60_000));
    }

    /// The first request finds the coordinator starting, and waits for it.
    private InitProducerIdResponseData initialized() throws Exception {
        InitProducerIdResponseData answer = initialize();
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        return answer;
    }

    private Errors add(InitProducerIdResponseData producer) throws Exception {
        var topics = new AddPartitionsToTxnTopicCollection();
        topics.add(
                new AddPartitionsToTxnTopic()
                        .setName(topic.name())
                        .setPartitions(List.of(0, 1, 2)));
        var answer =
                (AddPartitionsToTxnResponseData)
                        call(
                                ApiKeys.ADD_PARTITIONS_TO_TXN,
                                3,
                                new AddPartitionsToTxnRequestData()
                                        .setV3AndBelowTransactionalId(ID)
                                        .setV3AndBelowProducerId(producer.producerId())
                                        .setV3AndBelowProducerEpoch(producer.producerEpoch())
                                        .setV3AndBelowTopics(topics));
        return Errors.forCode(
                answer.resultsByTopicV3AndBelow()
                        .find(topic.name())
                        .resultsByPartition()
                        .find(0)
                        .partitionErrorCode());
    }

    private Errors end(InitProducerIdResponseData producer, boolean commit) throws Exception {
        var answer =
                (EndTxnResponseData)
                        call(
                                ApiKeys.END_TXN,
                                3,
                                new EndTxnRequestData()
                                        .setTransactionalId(ID)
                                        .setProducerId(producer.producerId())
                                        .setProducerEpoch(producer.producerEpoch())
                                        .setCommitted(commit));
        return Errors.forCode(answer.errorCode());
    }

    @Test
    void theNextTransactionBeginsRightAfterTheOneBefore() throws Exception {
        InitProducerIdResponseData producer = initialized();
        for (int i = 0; i < 200; i++) {
            assertThat(add(producer)).as("begin " + i).isEqualTo(Errors.NONE);
            assertThat(end(producer, i % 3 != 0)).as("end " + i).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void aTransactionThatWasDecidedBeforeARestartIsCompleteBeforeTheNextBegins() throws Exception {
        InitProducerIdResponseData producer = initialized();
        for (int i = 0; i < 5; i++) {
            assertThat(add(producer)).isEqualTo(Errors.NONE);
            assertThat(end(producer, true)).isEqualTo(Errors.NONE);
            node.restart();
            assertThat(add(producer)).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void aSecondProducerGetsTheIdOnceTheFirstsTransactionIsAborted() throws Exception {
        InitProducerIdResponseData first = initialized();
        assertThat(add(first)).isEqualTo(Errors.NONE);
        InitProducerIdResponseData second = initialize();
        assertThat(Errors.forCode(second.errorCode())).isEqualTo(Errors.NONE);
        assertThat(second.producerId()).isEqualTo(first.producerId());
        assertThat(second.producerEpoch()).isGreaterThan(first.producerEpoch());
        assertThat(add(first)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(add(second)).isEqualTo(Errors.NONE);
    }
}
