package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StorageNode;
import io.quafka.storage.transaction.Transaction;
import io.quafka.storage.transaction.TransactionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the partitions of decided transactions how these end, again and again until each has its
/// marker. Repeated markers are written once, so that after a crash all may be sent anew.
///
/// An id's marking is noted where its transaction is decided, before anybody else decides upon it:
/// so no marker is ever sent for a transaction that was completed in the meantime, which could end
/// the next one.
///
/// Bounded by the transactions that are decided and not complete: one marking for each.
final class MarkerSender {
    private static final Logger log = LoggerFactory.getLogger(MarkerSender.class);

    private static final Duration RETRY_AFTER = Duration.ofMillis(20);
    private static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(1);

    private final Metadata metadata;
    private final IntFunction<@Nullable StorageNode> nodes;
    private final ScheduledExecutorService timer;
    private final Owner owner;
    private final ConcurrentHashMap<String, Marking> markings = new ConcurrentHashMap<>();

    /// Whose transactions they are.
    interface Owner {
        /// The coordinator's epoch for an id, or null while it is not coordinated here.
        @Nullable Integer epochFor(String id);

        /// Every partition has its marker.
        CompletableFuture<?> complete(String id, Transaction prepared);
    }

    MarkerSender(
            Metadata metadata,
            IntFunction<@Nullable StorageNode> nodes,
            ScheduledExecutorService timer,
            Owner owner) {
        this.metadata = metadata;
        this.nodes = nodes;
        this.timer = timer;
        this.owner = owner;
    }

    /// Notes that a transaction was decided, in the place of the id's one before, which must be
    /// complete. The markers are sent when it is durable and the marking is started.
    Marking decided(String id, Transaction prepared) {
        Marking marking = new Marking(id, prepared);
        markings.put(id, marking);
        return marking;
    }

    /// Notes a transaction that was decided at some time.
    ///
    /// @return null if its markers are being seen to already
    @Nullable Marking found(String id, Transaction prepared) {
        Marking marking = new Marking(id, prepared);
        return markings.putIfAbsent(id, marking) == null ? marking : null;
    }

    /// Completes, never exceptionally, when the id may have no transaction that waits for its
    /// markers, whatever is scheduled for it then coming after its completion; null if nobody sees
    /// to them.
    @Nullable CompletableFuture<Void> settled(String id) {
        Marking marking = markings.get(id);
        return marking == null ? null : marking.settled.copy();
    }

    /// What there is to do for one decided transaction.
    final class Marking {
        private final String id;
        private final Transaction prepared;
        private final Set<TopicPartition> left;
        private final CompletableFuture<Void> settled = new CompletableFuture<>();
        private Duration wait = RETRY_AFTER;
        private boolean fenced;

        Marking(String id, Transaction prepared) {
            this.id = id;
            this.prepared = prepared;
            this.left = new HashSet<>(prepared.partitions());
        }

        /// The decision is durable.
        void start() {
            attempt();
        }

        /// The decision may not be durable: what became of it is found in the log.
        void drop() {
            markings.remove(id, this);
            settled.complete(null);
        }

        private void attempt() {
            Integer epoch = owner.epochFor(id);
            if (epoch == null || !equals(markings.get(id))) {
                drop();
                return;
            }
            List<CompletableFuture<?>> pending = new ArrayList<>();
            byNode(metadata.image())
                    .forEach((node, partitions) -> pending.add(ask(node, epoch, partitions)));
            CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                    .whenComplete((_, _) -> next());
        }

        /// Partitions of topics that are gone need no marker.
        private Map<StorageNode, List<TopicPartition>> byNode(ClusterImage image) {
            Map<StorageNode, List<TopicPartition>> byNode = new HashMap<>();
            synchronized (left) {
                left.removeIf(partition -> shard(image, partition) == null);
                for (TopicPartition partition : left) {
                    ShardState shard = shard(image, partition);
                    StorageNode node = shard == null ? null : nodes.apply(shard.leader());
                    if (node != null) {
                        byNode.computeIfAbsent(node, _ -> new ArrayList<>()).add(partition);
                    }
                }
            }
            return byNode;
        }

        private static @Nullable ShardState shard(ClusterImage image, TopicPartition partition) {
            Topic topic = image.topic(partition.topic());
            return topic == null ? null : image.shardOf(topic, partition.partition());
        }

        private CompletableFuture<?> ask(
                StorageNode node, int epoch, List<TopicPartition> partitions) {
            Map<String, WritableTxnMarkerTopic> topics = new HashMap<>();
            for (TopicPartition partition : partitions) {
                topics.computeIfAbsent(
                                partition.topic(),
                                name -> new WritableTxnMarkerTopic().setName(name))
                        .partitionIndexes()
                        .add(partition.partition());
            }
            WritableTxnMarker marker =
                    new WritableTxnMarker()
                            .setProducerId(prepared.producerId())
                            .setProducerEpoch(prepared.epoch())
                            .setTransactionResult(
                                    prepared.status() == TransactionStatus.PREPARE_COMMIT)
                            .setCoordinatorEpoch(epoch)
                            .setTransactionVersion((byte) prepared.version())
                            .setTopics(List.copyOf(topics.values()));
            return node.writeTxnMarkers(
                            new WriteTxnMarkersRequestData().setMarkers(List.of(marker)))
                    .handle((answer, failure) -> {
                        if (failure == null) {
                            take(answer);
                        } else {
                            log.atDebug()
                                    .setCause(failure)
                                    .addKeyValue("transactionalId", id)
                                    .log("markers not written: tried again");
                        }
                        return null;
                    });
        }

        private void take(WriteTxnMarkersResponseData answer) {
            for (var result : answer.markers()) {
                for (WritableTxnMarkerTopicResult topic : result.topics()) {
                    for (var partition : topic.partitions()) {
                        take(
                                new TopicPartition(topic.name(), partition.partitionIndex()),
                                Errors.forCode(partition.errorCode()));
                    }
                }
            }
        }

        private void take(TopicPartition partition, Errors error) {
            synchronized (left) {
                switch (error) {
                    // A newer epoch in the partition means that the transaction was ended there.
                    case NONE, INVALID_PRODUCER_EPOCH -> left.remove(partition);
                    case TRANSACTION_COORDINATOR_FENCED -> fenced = true;
                    default ->
                            log.atDebug()
                                    .addKeyValue("transactionalId", id)
                                    .addKeyValue("partition", partition)
                                    .addKeyValue("error", error)
                                    .log("marker not written: tried again");
                }
            }
        }

        private void next() {
            boolean done;
            boolean lost;
            synchronized (left) {
                done = left.isEmpty();
                lost = fenced;
            }
            if (lost) {
                drop();
            } else if (done) {
                CompletableFuture<?> completed = owner.complete(id, prepared);
                settled.complete(null);
                completed.whenComplete((_, _) -> drop());
            } else {
                retry();
            }
        }

        private void retry() {
            try {
                var _ = timer.schedule(this::attempt, wait.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                log.atDebug().setCause(e).log("closing: markers are sent after the next start");
            }
            wait = wait.multipliedBy(2);
            if (wait.compareTo(RETRY_AFTER_MAX) > 0) {
                wait = RETRY_AFTER_MAX;
            }
        }
    }
}
