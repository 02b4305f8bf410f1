package io.quafka.bench.load;

/// What to send with [LoadProcess#equalBatches].
///
/// @param topic an existing topic
/// @param partitions how many partitions it has
/// @param batchBytes size of a batch, about
/// @param recordBytes payload of a record in it
/// @param batchesPerRequest batches in one request, each for another partition
/// @param connections sockets in use at the same time
public record EqualBatchesOrder(
        String topic,
        int partitions,
        int batchBytes,
        int recordBytes,
        int batchesPerRequest,
        int connections) {}
