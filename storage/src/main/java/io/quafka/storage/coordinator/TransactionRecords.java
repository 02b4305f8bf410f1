package io.quafka.storage.coordinator;

import io.quafka.storage.transaction.Transaction;
import io.quafka.storage.transaction.TransactionStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue.PartitionsSchema;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/// Transactions as records of Kafka's transaction log. The epoch before, which Kafka keeps in
/// memory only, goes along as a tagged field of ours, so that a request repeated after a restart is
/// known too.
final class TransactionRecords {
    private static final short VERSION = 1;

    /// Far from the tags that Kafka gives out, from 0 up.
    private static final int LAST_EPOCH_TAG = 10_000;

    private TransactionRecords() {}

    static CoordinatorRecord of(String id, Transaction transaction) {
        TransactionLogValue value =
                new TransactionLogValue()
                        .setProducerId(transaction.producerId())
                        .setPreviousProducerId(transaction.previousProducerId())
                        .setNextProducerId(transaction.nextProducerId())
                        .setProducerEpoch(transaction.epoch())
                        .setTransactionTimeoutMs(transaction.timeoutMs())
                        .setTransactionStatus(transaction.status().id())
                        .setTransactionPartitions(partitions(transaction))
                        .setTransactionStartTimestampMs(transaction.startMs())
                        .setTransactionLastUpdateTimestampMs(transaction.updatedMs())
                        .setClientTransactionVersion((short) transaction.version());
        if (transaction.lastEpoch() != Transaction.NO_EPOCH) {
            byte[] bytes = ByteBuffer.allocate(2).putShort(transaction.lastEpoch()).array();
            value.unknownTaggedFields().add(new RawTaggedField(LAST_EPOCH_TAG, bytes));
        }
        return CoordinatorRecord.record(key(id), new ApiMessageAndVersion(value, VERSION));
    }

    static CoordinatorRecord tombstone(String id) {
        return CoordinatorRecord.tombstone(key(id));
    }

    private static TransactionLogKey key(String id) {
        return new TransactionLogKey().setTransactionalId(id);
    }

    private static List<PartitionsSchema> partitions(Transaction transaction) {
        Map<String, PartitionsSchema> byTopic = new HashMap<>();
        for (TopicPartition partition : transaction.partitions()) {
            byTopic.computeIfAbsent(
                            partition.topic(),
                            topic ->
                                    new PartitionsSchema()
                                            .setTopic(topic)
                                            .setPartitionIds(new ArrayList<>()))
                    .partitionIds()
                    .add(partition.partition());
        }
        return List.copyOf(byTopic.values());
    }

    static Transaction read(TransactionLogValue value) {
        Set<TopicPartition> partitions = new HashSet<>();
        if (value.transactionPartitions() != null) {
            for (PartitionsSchema topic : value.transactionPartitions()) {
                topic.partitionIds()
                        .forEach(index -> partitions.add(new TopicPartition(topic.topic(), index)));
            }
        }
        return new Transaction(
                value.producerId(),
                value.previousProducerId(),
                value.nextProducerId(),
                value.producerEpoch(),
                lastEpoch(value),
                value.transactionTimeoutMs(),
                TransactionStatus.of(value.transactionStatus()),
                partitions,
                value.transactionStartTimestampMs(),
                value.transactionLastUpdateTimestampMs(),
                value.clientTransactionVersion());
    }

    private static short lastEpoch(TransactionLogValue value) {
        for (RawTaggedField field : value.unknownTaggedFields()) {
            if (field.tag() == LAST_EPOCH_TAG) {
                return ByteBuffer.wrap(field.data()).getShort();
            }
        }
        return Transaction.NO_EPOCH;
    }
}
