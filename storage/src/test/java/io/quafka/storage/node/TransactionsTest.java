package io.quafka.storage.node;

import static io.quafka.storage.node.NodeUnderTest.fetchRequest;
import static io.quafka.storage.node.TransactionalClient.committed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.TransactionVerifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionsTest {
    private static final long ALICE = 71;
    private static final long BOB = 72;

    @TempDir Path directory;

    private NodeUnderTest node;
    private Topic topic;
    private TransactionalClient client;

    @BeforeEach
    void start() throws Exception {
        node = new NodeUnderTest(directory, 2, NodeUnderTest.SMALL_SEGMENTS);
        topic = node.metadata.topic("orders", 4, FixedMetadata.settings(-1, -1));
        client = new TransactionalClient(node, topic);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void committedReadersStopAtTheOldestOngoingTransaction() throws Exception {
        node.append(topic, 0, "plain");
        send(ALICE, 0, 0, "a1");
        send(BOB, 0, 0, "b1");
        node.append(topic, 0, "later");
        for (int restart = 0; restart < 2; restart++) {
            assertThat(client.readCommitted(0, 0, 1 << 20)).containsExactly("0=plain");
            assertThat(node.readAll(topic, 0)).hasSize(4);
            NodeUnderTest.Fetched all = node.fetch(topic, 0, 0);
            assertThat(all.data().lastStableOffset()).isEqualTo(1);
            assertThat(all.data().highWatermark()).isEqualTo(4);
            assertThat(all.data().abortedTransactions()).isNull();
            assertThat(latest(true)).isEqualTo(1);
            assertThat(latest(false)).isEqualTo(4);
            node.restart();
        }
        assertThat(client.end(ALICE, 0, true, 0)).isEqualTo(Errors.NONE);
        assertThat(client.readCommitted(0, 0, 1 << 20)).containsExactly("0=plain", "1=a1");
        assertThat(latest(true)).isEqualTo(2);
        assertThat(client.end(BOB, 0, false, 0)).isEqualTo(Errors.NONE);
        for (int restart = 0; restart < 2; restart++) {
            assertThat(client.readCommitted(0, 0, 1 << 20))
                    .containsExactly("0=plain", "1=a1", "3=later");
            assertThat(client.readCommitted(0, 0, 100))
                    .containsExactly("0=plain", "1=a1", "3=later");
            assertThat(latest(true)).isEqualTo(6);
            node.restart();
        }
    }

    private void send(long producer, int epoch, int sequence, String value) throws Exception {
        assertThat(client.send(0, producer, epoch, sequence, value)).isEqualTo(Errors.NONE);
    }

    private long latest(boolean committed) throws Exception {
        return node.node()
                .listOffsets(
                        new ListOffsetsRequestData()
                                .setIsolationLevel((byte) (committed ? 1 : 0))
                                .setTopics(
                                        List.of(
                                                new ListOffsetsRequestData.ListOffsetsTopic()
                                                        .setName(topic.name())
                                                        .setPartitions(
                                                                List.of(
                                                                        new ListOffsetsRequestData
                                                                                        .ListOffsetsPartition()
                                                                                .setTimestamp(
                                                                                        -1))))))
                .get(10, TimeUnit.SECONDS)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .offset();
    }

    @Test
    void aWaitingReaderOfCommittedRecordsWakesWhenTheTransactionEnds() throws Exception {
        CompletableFuture<FetchReply> waiting =
                node.node().fetch(committed(fetchRequest(topic, 0, 0, 1 << 20, 1, 20_000)));
        send(ALICE, 0, 0, "a1");
        CompletableFuture<FetchReply> late =
                node.node().fetch(committed(fetchRequest(topic, 0, 0, 1 << 20, 1, 20_000)));
        assertThat(waiting).isNotDone();
        client.end(ALICE, 0, true, 0);
        assertThat(NodeUnderTest.fetched(waiting.get(10, TimeUnit.SECONDS)).values())
                .containsExactly("0=a1");
        assertThat(NodeUnderTest.fetched(late.get(10, TimeUnit.SECONDS)).values())
                .containsExactly("0=a1");
    }

    @Test
    void aProducerInATransactionWritesNothingOutsideOfIt() throws Exception {
        send(ALICE, 0, 0, "a1");
        PartitionProduceResponse mixed =
                node.produce(topic, 0, StoredBatches.idempotent(ALICE, 0, 1, 1000, "outside"));
        assertThat(Errors.forCode(mixed.errorCode())).isEqualTo(Errors.INVALID_TXN_STATE);
        send(ALICE, 0, 1, "a2");
        client.end(ALICE, 0, true, 0);
        PartitionProduceResponse after =
                node.produce(topic, 0, StoredBatches.idempotent(ALICE, 0, 2, 1000, "outside"));
        assertThat(Errors.forCode(after.errorCode())).isEqualTo(Errors.NONE);
    }

    @Test
    void markersFenceProducersAndOlderCoordinatorsAndAreWrittenOnce() throws Exception {
        send(ALICE, 3, 0, "a1");
        assertThat(client.end(ALICE, 2, true, 0)).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(client.end(marker(4, 7), 0)).isEqualTo(Errors.NONE);
        long end = latest(false);
        assertThat(client.end(marker(4, 7), 0)).isEqualTo(Errors.NONE);
        assertThat(latest(false)).isEqualTo(end);
        node.restart();
        assertThat(client.end(marker(4, 6), 0)).isEqualTo(Errors.TRANSACTION_COORDINATOR_FENCED);
        assertThat(client.send(0, ALICE, 3, 1, "zombie")).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(client.send(0, ALICE, 4, 1, "gap"))
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        send(ALICE, 4, 0, "a2");
        // A marker of the transaction before, of the version with an epoch for each, comes late.
        assertThat(client.end(marker(4, 7).setTransactionVersion((byte) 2), 0))
                .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(client.end(marker(5, 7).setTransactionVersion((byte) 2), 0))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void markersOfNobodyAreRefused() throws Exception {
        assertThat(client.end(marker(-1, 7), 0)).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(client.end(marker(1, 7).setProducerId(-1), 0))
                .isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    }

    private static WritableTxnMarker marker(int epoch, int coordinatorEpoch) {
        return new WritableTxnMarker()
                .setProducerId(ALICE)
                .setProducerEpoch((short) epoch)
                .setTransactionResult(true)
                .setCoordinatorEpoch(coordinatorEpoch);
    }

    @Test
    void producersAreDescribedWithTheirTransactionAndOutliveTheirExpiryInOne() throws Exception {
        send(ALICE, 0, 0, "a1");
        send(BOB, 0, 0, "b1");
        client.end(marker(1, 9).setProducerId(BOB), 0);
        assertThat(client.producers(0))
                .extracting(p -> p.producerId() + " " + p.currentTxnStartOffset())
                .containsExactlyInAnyOrder(ALICE + " 0", BOB + " -1");
        assertThat(client.producers(0))
                .filteredOn(p -> p.producerId() == BOB)
                .extracting(p -> p.coordinatorEpoch())
                .containsExactly(9);
        node.nowMs.addAndGet(StorageConfig.PRODUCER_EXPIRY.toMillis() + 1000);
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> {
                    node.nowMs.addAndGet(1000);
                    return client.producers(0).size() == 1;
                });
        assertThat(client.producers(0).getFirst().producerId()).isEqualTo(ALICE);
    }

    @Test
    void deletedRecordsTakeTheirAbortedTransactionsAlongButNotTheOngoingOne() throws Exception {
        send(ALICE, 0, 0, "a1");
        client.end(ALICE, 0, false, 0);
        send(ALICE, 0, 1, "a2");
        send(BOB, 0, 0, "b1");
        client.end(ALICE, 0, false, 0);
        CrashTest.delete(node, topic, 0, 4);
        for (int restart = 0; restart < 2; restart++) {
            assertThat(latest(true)).isEqualTo(4);
            assertThat(client.readCommitted(0, 4, 1 << 20)).isEmpty();
            node.restart();
        }
        client.end(BOB, 0, true, 0);
        assertThat(latest(true)).isEqualTo(6);
    }

    @Test
    void theFirstBatchInAPartitionIsVerifiedAndAMarkerMakesThatWorthless() throws Exception {
        List<TransactionVerifier.Question> asked = new ArrayList<>();
        List<CompletableFuture<Map<TopicPartition, Errors>>> answers = new ArrayList<>();
        node.node()
                .verifyTransactions(question -> {
                    synchronized (asked) {
                        asked.add(question);
                        answers.add(new CompletableFuture<>());
                        return answers.getLast();
                    }
                });
        CompletableFuture<PartitionProduceResponse> first =
                client.sendNamed("id", 0, ALICE, 0, 0, "a1");
        CompletableFuture<PartitionProduceResponse> second =
                client.sendNamed("id", 0, ALICE, 0, 1, "a2");
        assertThat(first).isNotDone();
        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst().add()).isTrue();
        assertThat(asked.getFirst().partitions())
                .containsExactly(new TopicPartition(topic.name(), 0));
        answers.getFirst().complete(Map.of());
        assertThat(error(first)).isEqualTo(Errors.NONE);
        answers.getLast().complete(Map.of());
        assertThat(error(second)).isEqualTo(Errors.NONE);
        int questions = asked.size();
        assertThat(error(client.sendNamed("id", 0, ALICE, 0, 2, "a3"))).isEqualTo(Errors.NONE);
        assertThat(asked).hasSize(questions);

        CompletableFuture<PartitionProduceResponse> refused =
                client.sendNamed("id", 2, ALICE, 0, 0, "r");
        answers.getLast()
                .complete(
                        Map.of(new TopicPartition(topic.name(), 2), Errors.TRANSACTION_ABORTABLE));
        assertThat(error(refused)).isEqualTo(Errors.TRANSACTION_ABORTABLE);

        CompletableFuture<PartitionProduceResponse> late =
                client.sendNamed("id", 2, ALICE, 0, 0, "late");
        assertThat(client.end(ALICE, 0, true, 2)).isEqualTo(Errors.NONE);
        answers.getLast().complete(Map.of());
        assertThat(error(late)).isEqualTo(Errors.INVALID_TXN_STATE);

        // The marker of the transaction before, which bears the next one's epoch, voids nothing.
        CompletableFuture<PartitionProduceResponse> early =
                client.sendNamed("id", 3, ALICE, 1, 0, "early");
        assertThat(client.end(marker(1, 0).setTransactionVersion((byte) 2), 3))
                .isEqualTo(Errors.NONE);
        answers.getLast().complete(Map.of());
        assertThat(error(early)).isEqualTo(Errors.NONE);
        assertThat(client.send(2, ALICE, 0, 0, "nameless")).isEqualTo(Errors.INVALID_TXN_STATE);
    }

    /// A request waits for the verification of one of its partitions; what it has for another one,
    /// where the transaction is going on, must keep its place in the producer's sequence.
    @Test
    void aBatchThatWaitsWithItsRequestIsNotOvertaken() throws Exception {
        List<CompletableFuture<Map<TopicPartition, Errors>>> answers = new ArrayList<>();
        node.node()
                .verifyTransactions(_ -> {
                    answers.add(new CompletableFuture<>());
                    return answers.getLast();
                });
        CompletableFuture<PartitionProduceResponse> first =
                client.sendNamed("id", 1, ALICE, 0, 0, "a1");
        answers.getFirst().complete(Map.of());
        assertThat(error(first)).isEqualTo(Errors.NONE);
        CompletableFuture<List<PartitionProduceResponse>> both =
                client.sendNamed("id", ALICE, 0, Map.of(0, 0, 1, 1), "b");
        CompletableFuture<PartitionProduceResponse> later =
                client.sendNamed("id", 1, ALICE, 0, 2, "a3");
        assertThat(answers).hasSize(2);
        answers.getLast().complete(Map.of());
        assertThat(both.get(20, TimeUnit.SECONDS))
                .hasSize(2)
                .allSatisfy(answer -> assertThat(answer.errorCode()).isZero());
        assertThat(error(later)).isEqualTo(Errors.NONE);
        assertThat(answers).hasSize(2);
        assertThat(error(client.sendNamed("id", 1, ALICE, 0, 3, "a4"))).isEqualTo(Errors.NONE);
        assertThat(node.readAll(topic, 1)).containsExactly("0=a1", "1=b", "2=a3", "3=a4");
    }

    private static Errors error(CompletableFuture<PartitionProduceResponse> answer)
            throws Exception {
        return Errors.forCode(answer.get(20, TimeUnit.SECONDS).errorCode());
    }
}
