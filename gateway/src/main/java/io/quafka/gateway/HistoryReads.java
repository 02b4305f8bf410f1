package io.quafka.gateway;

import io.quafka.storage.History;
import io.quafka.tiering.object.BlockContent;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.RecordPlace;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.read.HistoryOverloadedException;
import io.quafka.tiering.read.HistoryReader;
import io.quafka.tiering.read.HistorySlice;
import io.quafka.tiering.read.ObjectRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fills in what storage nodes left to be read from objects. All partitions of a fetch are read at
/// once; threads, memory and requests are bounded by the [HistoryReader], and none of them is used
/// by those who read the tail.
final class HistoryReads {
    private static final Logger log = LoggerFactory.getLogger(HistoryReads.class);
    private static final Runnable NOTHING = () -> {};

    private final @Nullable HistoryReader reader;

    /// @param reader null where there is no object store
    HistoryReads(@Nullable HistoryReader reader) {
        this.reader = reader;
    }

    /// The answers with what was left to be read. Never fails for the store's sake: a partition
    /// gets an error that clients retry.
    CompletableFuture<FetchedAnswers> complete(FetchedAnswers answers) {
        List<CompletableFuture<Runnable>> reads = new ArrayList<>();
        for (PartitionData answer : answers.present()) {
            History history = takeFrom(answer);
            if (history != null) {
                reads.add(fetch(history, answer));
            }
        }
        if (reads.isEmpty()) {
            return CompletableFuture.completedFuture(answers);
        }
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
                .thenApply(_ ->
                        answers.releasing(reads.stream().map(CompletableFuture::join).toList()));
    }

    private static @Nullable History takeFrom(PartitionData answer) {
        try {
            return History.take(answer);
        } catch (IllegalArgumentException e) {
            log.atError().setCause(e).log("a storage node's word of history is malformed");
            fail(answer, Errors.UNKNOWN_SERVER_ERROR);
            return null;
        }
    }

    /// @return what gives the records' memory back; never fails
    private CompletableFuture<Runnable> fetch(History history, PartitionData answer) {
        HistoryReader from = reader;
        if (from == null) {
            log.atError().log("records lie in an object store, and this gateway is told of none");
            fail(answer, Errors.KAFKA_STORAGE_ERROR);
            return CompletableFuture.completedFuture(NOTHING);
        }
        return from.read(partition(history), ranges(history), history.from(), history.bytesMax())
                .handle((slice, failure) -> {
                    if (slice != null) {
                        return put(history, slice, answer);
                    }
                    fail(answer, errorOf(history, failure));
                    return NOTHING;
                });
    }

    private static Runnable put(History history, HistorySlice slice, PartitionData answer) {
        try {
            List<ByteBuffer> records = readable(history, slice);
            if (!records.isEmpty()) {
                answer.setRecords(RecordPieces.of(records));
                return slice::close;
            }
        } catch (RuntimeException e) {
            fail(answer, errorOf(history, e));
        }
        slice.close();
        return NOTHING;
    }

    /// Of a slice, what may be told: nothing of a first batch that is too large, where another
    /// partition has records, and nothing behind what readers may see.
    private static List<ByteBuffer> readable(History history, HistorySlice slice) {
        if (slice.bytes() > history.bytesMax() && !history.atLeastOne()) {
            return List.of();
        }
        if (slice.nextOffset() <= history.to()) {
            return slice.batches();
        }
        List<ByteBuffer> before = new ArrayList<>();
        for (ByteBuffer piece : slice.batches()) {
            ByteBuffer part = BlockContent.before(piece, history.to());
            if (part.hasRemaining()) {
                before.add(part);
            }
        }
        return before;
    }

    private static TieredPartition partition(History history) {
        return new TieredPartition(history.topicId(), history.partition());
    }

    private static List<ObjectRange> ranges(History history) {
        return history.pieces().stream()
                .map(piece ->
                        new ObjectRange(
                                piece.key(), piece.size(), piece.baseOffset(), piece.lastOffset()))
                .toList();
    }

    /// Puts a record's place into an answer, if the storage node said that it may lie in objects
    /// and it does. Never fails.
    CompletableFuture<?> find(ListOffsetsPartitionResponse answer) {
        History history;
        try {
            history = History.take(answer);
        } catch (IllegalArgumentException e) {
            log.atError().setCause(e).log("a storage node's word of history is malformed");
            answer.setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code());
            return CompletableFuture.completedFuture(answer);
        }
        HistoryReader from = reader;
        if (history == null || answer.errorCode() != Errors.NONE.code()) {
            return CompletableFuture.completedFuture(answer);
        }
        if (from == null) {
            log.atError().log("records lie in an object store, and this gateway is told of none");
            answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
            return CompletableFuture.completedFuture(answer);
        }
        History where = history;
        return from.find(partition(where), ranges(where), where.timestampMs(), where.from())
                .handle((found, failure) -> {
                    if (found == null) {
                        return answer.setErrorCode(errorOf(where, failure).code());
                    }
                    return place(found, where, answer);
                });
    }

    private static ListOffsetsPartitionResponse place(
            Optional<RecordPlace> found, History history, ListOffsetsPartitionResponse answer) {
        return found.filter(place -> place.offset() < history.to())
                .map(place ->
                        answer.setOffset(place.offset())
                                .setTimestamp(place.timestamp())
                                .setLeaderEpoch(place.leaderEpoch()))
                .orElse(answer);
    }

    /// Who comes when too much is asked for gets nothing, and asks again.
    private static Errors errorOf(History history, @Nullable Throwable failure) {
        Throwable why =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        if (why instanceof HistoryOverloadedException) {
            return history.timestampMs() == History.NO_TIMESTAMP
                    ? Errors.NONE
                    : Errors.KAFKA_STORAGE_ERROR;
        }
        log.atWarn()
                .setCause(why)
                .addKeyValue("topicId", history.topicId())
                .addKeyValue("partition", history.partition())
                .addKeyValue("offset", history.from())
                .log("history could not be read");
        return why instanceof ObjectDamagedException
                ? Errors.CORRUPT_MESSAGE
                : Errors.KAFKA_STORAGE_ERROR;
    }

    private static void fail(PartitionData answer, Errors error) {
        answer.setErrorCode(error.code()).setRecords(MemoryRecords.EMPTY);
    }
}
