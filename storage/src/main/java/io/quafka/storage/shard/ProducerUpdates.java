package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import java.nio.ByteBuffer;

/// Notes an appended batch in its partition's producer table and in the index.
final class ProducerUpdates {
    private ProducerUpdates() {}

    static void note(
            Partition partition, IndexFeed feed, ByteBuffer batch, int at, long timestampMs) {
        long producerId = BatchHeader.producerId(batch, at);
        Long forgotten =
                partition.producers.appended(
                        producerId,
                        BatchHeader.producerEpoch(batch, at),
                        new ProducerTable.Batch(
                                BatchHeader.baseSequence(batch, at),
                                BatchHeader.lastSequence(batch, at),
                                BatchHeader.baseOffset(batch, at),
                                BatchHeader.lastOffset(batch, at)),
                        timestampMs);
        feed.producer(partition, producerId);
        if (forgotten != null) {
            feed.producerGone(partition, forgotten);
        }
    }
}
