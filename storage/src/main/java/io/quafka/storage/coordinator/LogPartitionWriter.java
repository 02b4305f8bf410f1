package io.quafka.storage.coordinator;

import io.quafka.storage.TransactionVerifier;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.jspecify.annotations.Nullable;

/// Coordinators' writes, to the commit logs of this node.
final class LogPartitionWriter implements PartitionWriter {
    private static final int IMPLICIT_VERSION = 5;

    private final LedPartitions partitions;
    private final @Nullable TransactionVerifier verifier;
    private final ConcurrentMap<Integer, LogConfig> configs = new ConcurrentHashMap<>();

    LogPartitionWriter(LedPartitions partitions, @Nullable TransactionVerifier verifier) {
        this.partitions = partitions;
        this.verifier = verifier;
    }

    @Override
    public void registerListener(TopicPartition name, Listener listener) {
        partitions.get(name).listen(listener);
    }

    @Override
    public void deregisterListener(TopicPartition name, Listener listener) {
        var _ = partitions.close(name);
    }

    /// Costly to make, and coordinators ask for every batch.
    @Override
    public LogConfig config(TopicPartition name) {
        return configs.computeIfAbsent(
                partitions.get(name).log().maxBatchBytes(),
                bytes -> new LogConfig(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes)));
    }

    /// Returns the offset after the records at once; the listener is told when they are durable.
    @Override
    public long append(
            TopicPartition name,
            VerificationGuard guard,
            MemoryRecords records,
            short transactionVersion) {
        return partitions.get(name).append(records);
    }

    /// Asks the transaction's coordinator. From version 5 of TxnOffsetCommit on, whose number comes
    /// here, the partition joins the transaction by itself.
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition name,
            String transactionalId,
            long producerId,
            short producerEpoch,
            int requestVersion) {
        if (verifier == null) {
            return CompletableFuture.failedFuture(
                    new UnsupportedVersionException("transactions are not coordinated here"));
        }
        return verifier.verify(
                        new TransactionVerifier.Question(
                                transactionalId,
                                producerId,
                                producerEpoch,
                                requestVersion >= IMPLICIT_VERSION,
                                List.of(name)))
                .thenApply(errors -> {
                    Errors error = errors.getOrDefault(name, Errors.NONE);
                    if (error != Errors.NONE) {
                        throw error.exception();
                    }
                    return VerificationGuard.SENTINEL;
                });
    }

    /// Only share coordinators cut their logs; compaction bounds the others'.
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition name, long beforeOffset) {
        return CompletableFuture.failedFuture(
                new UnsupportedVersionException("coordinators' logs are not cut"));
    }
}
