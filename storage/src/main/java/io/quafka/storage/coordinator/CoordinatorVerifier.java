package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StorageNode;
import io.quafka.storage.TransactionVerifier;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// Asks the coordinator that has a transactional id, on whatever node it is. While it is busy with
/// the transaction before, or not to be found, it is asked again for a while.
final class CoordinatorVerifier implements TransactionVerifier {
    private static final short VERSION = ApiKeys.ADD_PARTITIONS_TO_TXN.latestVersion();
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(5);
    private static final Duration ASK_AGAIN_AFTER_MAX = Duration.ofMillis(100);

    /// How long the answer may take; then the producer is told to try again.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final CoordinatorCall.Client SELF =
            new CoordinatorCall.Client(
                    "quafka-storage", InetAddress.getLoopbackAddress(), KafkaPrincipal.ANONYMOUS);

    private final Metadata metadata;
    private final IntFunction<@Nullable StorageNode> nodes;
    private final ScheduledExecutorService timer;

    CoordinatorVerifier(
            Metadata metadata,
            IntFunction<@Nullable StorageNode> nodes,
            ScheduledExecutorService timer) {
        this.metadata = metadata;
        this.nodes = nodes;
        this.timer = timer;
    }

    @Override
    public CompletableFuture<Map<TopicPartition, Errors>> verify(Question question) {
        return ask(question, ASK_AGAIN_AFTER, System.nanoTime() + PATIENCE.toNanos());
    }

    private CompletableFuture<Map<TopicPartition, Errors>> ask(
            Question question, Duration wait, long deadlineNanos) {
        return ask(question)
                .exceptionally(_ -> all(question, Errors.COORDINATOR_NOT_AVAILABLE))
                .thenCompose(errors -> {
                    boolean again = errors.values().stream().anyMatch(CoordinatorVerifier::passes);
                    if (!again) {
                        return CompletableFuture.completedFuture(told(question, errors));
                    }
                    if (System.nanoTime() >= deadlineNanos) {
                        return CompletableFuture.completedFuture(
                                all(question, Errors.NOT_ENOUGH_REPLICAS));
                    }
                    Duration longer = wait.multipliedBy(2);
                    Executor later =
                            CompletableFuture.delayedExecutor(
                                    wait.toMillis(), TimeUnit.MILLISECONDS, timer);
                    return CompletableFuture.supplyAsync(
                                    () ->
                                            ask(
                                                    question,
                                                    longer.compareTo(ASK_AGAIN_AFTER_MAX) > 0
                                                            ? ASK_AGAIN_AFTER_MAX
                                                            : longer,
                                                    deadlineNanos),
                                    later)
                            .thenCompose(answer -> answer);
                });
    }

    private static boolean passes(Errors error) {
        return switch (error) {
            case CONCURRENT_TRANSACTIONS,
                    COORDINATOR_LOAD_IN_PROGRESS,
                    COORDINATOR_NOT_AVAILABLE,
                    NOT_COORDINATOR ->
                    true;
            default -> false;
        };
    }

    /// Clients that add their partitions themselves may not know that a transaction can be
    /// abortable.
    private static Map<TopicPartition, Errors> told(
            Question question, Map<TopicPartition, Errors> errors) {
        Map<TopicPartition, Errors> told = new HashMap<>();
        errors.forEach((partition, error) ->
                told.put(
                        partition,
                        switch (error) {
                            case PRODUCER_FENCED -> Errors.INVALID_PRODUCER_EPOCH;
                            case TRANSACTION_ABORTABLE ->
                                    question.add() ? error : Errors.INVALID_TXN_STATE;
                            default -> error;
                        }));
        return told;
    }

    private static Map<TopicPartition, Errors> all(Question question, Errors error) {
        Map<TopicPartition, Errors> all = new HashMap<>();
        question.partitions().forEach(partition -> all.put(partition, error));
        return all;
    }

    private CompletableFuture<Map<TopicPartition, Errors>> ask(Question question) {
        StorageNode node = coordinator(question.transactionalId());
        if (node == null) {
            return CompletableFuture.completedFuture(
                    all(question, Errors.COORDINATOR_NOT_AVAILABLE));
        }
        return node.coordinate(
                        new CoordinatorCall(
                                ApiKeys.ADD_PARTITIONS_TO_TXN, VERSION, SELF, request(question)))
                .thenApply(answer -> errors(question, (AddPartitionsToTxnResponseData) answer));
    }

    private @Nullable StorageNode coordinator(String id) {
        ClusterImage image = metadata.image();
        var topic = image.topic(Topic.TRANSACTION_STATE_TOPIC_NAME);
        if (topic == null) {
            return null;
        }
        ShardState shard = image.shardOf(topic, Utils.abs(id.hashCode()) % topic.partitionCount());
        return shard == null ? null : nodes.apply(shard.leader());
    }

    private static AddPartitionsToTxnRequestData request(Question question) {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        for (TopicPartition partition : question.partitions()) {
            AddPartitionsToTxnTopic topic = topics.find(partition.topic());
            if (topic == null) {
                topic = new AddPartitionsToTxnTopic().setName(partition.topic());
                topics.add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return new AddPartitionsToTxnRequestData()
                .setTransactions(
                        new AddPartitionsToTxnTransactionCollection(
                                List.of(
                                                new AddPartitionsToTxnTransaction()
                                                        .setTransactionalId(
                                                                question.transactionalId())
                                                        .setProducerId(question.producerId())
                                                        .setProducerEpoch(question.producerEpoch())
                                                        .setVerifyOnly(!question.add())
                                                        .setTopics(topics))
                                        .iterator()));
    }

    private static Map<TopicPartition, Errors> errors(
            Question question, AddPartitionsToTxnResponseData answer) {
        Errors whole = Errors.forCode(answer.errorCode());
        AddPartitionsToTxnResult result =
                answer.resultsByTransaction().find(question.transactionalId());
        if (whole != Errors.NONE || result == null) {
            return all(question, whole == Errors.NONE ? Errors.NOT_COORDINATOR : whole);
        }
        Map<TopicPartition, Errors> errors = new HashMap<>();
        for (var topic : result.topicResults()) {
            for (var partition : topic.resultsByPartition()) {
                errors.put(
                        new TopicPartition(topic.name(), partition.partitionIndex()),
                        Errors.forCode(partition.partitionErrorCode()));
            }
        }
        return errors;
    }
}
