package io.quafka.storage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/// Asks a transaction's coordinator whether partitions belong to it, before its first batch is
/// appended to them (KIP-890).
@FunctionalInterface
public interface TransactionVerifier {
    /// Who asks.
    ///
    /// @param add true: partitions that are not in the transaction yet join it; false: the producer
    ///   has added them itself, and those that are not in it are refused
    record Question(
            String transactionalId,
            long producerId,
            short producerEpoch,
            boolean add,
            List<TopicPartition> partitions) {}

    /// Any thread; must not block. The future completes within a bounded time, on any thread, with
    /// what a producer is told of each partition; a partition left out is fine, and so are all of
    /// them if the map is empty.
    CompletableFuture<Map<TopicPartition, Errors>> verify(Question question);
}
