package io.quafka.storage.node;

import io.quafka.storage.batch.EndMarker;
import io.quafka.storage.coordinator.Coordinators;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.AppendRequest;
import io.quafka.storage.shard.Shard;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.Errors;

/// WriteTxnMarkers: ends transactions in partitions. Any thread.
final class MarkerCalls {
    private final Shards shards;
    private final Coordinators coordinators;
    private final InstantSource clock;

    MarkerCalls(Shards shards, Coordinators coordinators, InstantSource clock) {
        this.shards = shards;
        this.coordinators = coordinators;
        this.clock = clock;
    }

    /// What goes to one shard, and where its answers belong.
    private static final class ShardPart {
        final List<AppendItem> items = new ArrayList<>();
        final List<WritableTxnMarkerPartitionResult> answers = new ArrayList<>();
        long bytes;

        CompletableFuture<Void> append(Shard shard) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            shard.append(
                    new AppendRequest(
                            items,
                            bytes,
                            () -> {
                                for (int i = 0; i < items.size(); i++) {
                                    answers.get(i).setErrorCode(items.get(i).error().code());
                                }
                                done.complete(null);
                            }));
            return done;
        }
    }

    CompletableFuture<WriteTxnMarkersResponseData> write(WriteTxnMarkersRequestData request) {
        WriteTxnMarkersResponseData response = new WriteTxnMarkersResponseData();
        Map<Shard, ShardPart> parts = new HashMap<>();
        List<CompletableFuture<Void>> pending = new ArrayList<>();
        for (WritableTxnMarker marker : request.markers()) {
            WritableTxnMarkerResult result =
                    new WritableTxnMarkerResult().setProducerId(marker.producerId());
            Errors impossible = impossible(marker);
            for (WritableTxnMarkerTopic topic : marker.topics()) {
                WritableTxnMarkerTopicResult answers =
                        new WritableTxnMarkerTopicResult().setName(topic.name());
                for (int index : topic.partitionIndexes()) {
                    WritableTxnMarkerPartitionResult answer =
                            new WritableTxnMarkerPartitionResult().setPartitionIndex(index);
                    answers.partitions().add(answer);
                    if (impossible != Errors.NONE) {
                        answer.setErrorCode(impossible.code());
                    } else if (Coordinators.writesMarkers(topic.name())) {
                        pending.add(
                                coordinators
                                        .endTransaction(
                                                new TopicPartition(topic.name(), index), marker)
                                        .thenAccept(error -> answer.setErrorCode(error.code())));
                    } else {
                        prepare(marker, shards.byName(topic.name(), index), answer, parts);
                    }
                }
                result.topics().add(answers);
            }
            response.markers().add(result);
        }
        parts.forEach((shard, part) -> pending.add(part.append(shard)));
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(_ -> response);
    }

    /// A marker of no producer's cannot be written, wherever it is to go.
    private static Errors impossible(WritableTxnMarker marker) {
        if (marker.producerId() < 0) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        return marker.producerEpoch() < 0 ? Errors.INVALID_PRODUCER_EPOCH : Errors.NONE;
    }

    private void prepare(
            WritableTxnMarker marker,
            Resolved resolved,
            WritableTxnMarkerPartitionResult answer,
            Map<Shard, ShardPart> parts) {
        switch (resolved) {
            case Resolved.Missing(Errors error) -> answer.setErrorCode(error.code());
            case Resolved.Here here -> {
                ByteBuffer batch =
                        new EndMarker(marker.transactionResult(), marker.coordinatorEpoch())
                                .batch(marker.producerId(), marker.producerEpoch(), clock.millis());
                ShardPart part = parts.computeIfAbsent(here.shard(), _ -> new ShardPart());
                part.items.add(
                        new AppendItem(here.partition(), batch)
                                .transactionVersion(marker.transactionVersion()));
                part.answers.add(answer);
                part.bytes += batch.remaining();
            }
        }
    }
}
