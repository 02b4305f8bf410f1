package io.quafka.program.console;

import io.quafka.controller.model.Topic;
import io.quafka.gateway.RecordPieces;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.MalformedBatchException;
import io.quafka.storage.batch.RecordPreviews;
import io.quafka.storage.batch.RecordPreviews.RecordPreview;
import io.quafka.wire.HttpEndpoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// `GET /api/records`: the front of some records of one partition.
///
/// | parameter | |
/// |---|---|
/// | `topic`, `partition` | of which |
/// | `offset` | of the first; without it the newest are told |
/// | `limit` | 1 to 100, 25 by default |
///
/// A key, value or part of a header is `{"text"}`, or `{"hex"}` where it is not plain text, with
/// its `length`; longer ones than [#PART_BYTES_MAX] are cut. Records of transactions that are open
/// or were aborted are among them. Fewer than `limit` may come though there are more: `next` is
/// where to go on.
final class RecordsResource {
    static final int LIMIT_MAX = 100;
    static final int PART_BYTES_MAX = 2048;
    private static final int LIMIT = 25;

    /// Read at once; one batch at least comes whole.
    private static final int FETCH_BYTES_MAX = 1 << 20;

    /// Fetches for one question: what holds no records, such as markers, takes some.
    private static final int FETCHES_MAX = 8;

    /// What a batch may decompress to before the rest of it is left out.
    private static final long DECOMPRESSED_BYTES_MAX = 32 << 20;

    private static final int FETCH_VERSION = 16;

    private final ClusterCalls cluster;
    private final Offsets offsets;

    RecordsResource(ClusterCalls cluster, Offsets offsets) {
        this.cluster = cluster;
        this.offsets = offsets;
    }

    HttpEndpoint endpoint() {
        return ApiAnswers.get("/api/records", this::fields);
    }

    private Map<String, @Nullable Object> fields(Map<String, String> query)
            throws ExecutionException, TimeoutException, InterruptedException {
        String name = ApiAnswers.required(query, "topic");
        Topic topic = cluster.image().topic(name);
        if (topic == null) {
            throw new ApiAnswers.NotThereException("there is no topic " + name);
        }
        int partition = ApiAnswers.number(query, "partition", 0, 0, topic.partitionCount() - 1);
        int limit = ApiAnswers.number(query, "limit", LIMIT, 1, LIMIT_MAX);
        Offsets.Range range = offsets.range(name, partition);
        long wanted = ApiAnswers.longNumber(query, "offset", Math.max(0, range.end() - limit));
        Reading reading = new Reading(Math.clamp(wanted, range.start(), range.end()), limit);
        for (int i = 0; i < FETCHES_MAX && reading.wantsMore() && reading.next < range.end(); i++) {
            if (!fetch(topic.id(), partition, reading)) {
                break;
            }
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("topic", name);
        fields.put("partition", partition);
        fields.put("start", range.start());
        fields.put("end", range.end());
        fields.put("from", reading.from);
        fields.put("next", reading.next);
        fields.put("problem", reading.problem);
        fields.put("records", reading.records);
        return fields;
    }

    /// What was read so far. Used by one thread.
    private static final class Reading {
        final long from;
        final int limit;
        final List<Map<String, @Nullable Object>> records = new ArrayList<>();
        long next;
        @Nullable String problem;

        Reading(long from, int limit) {
            this.from = from;
            this.limit = limit;
            this.next = from;
        }

        boolean wantsMore() {
            return records.size() < limit && problem == null;
        }
    }

    /// @return false if there is nothing more to come
    private boolean fetch(Uuid topicId, int partition, Reading reading)
            throws ExecutionException, TimeoutException, InterruptedException {
        var question =
                new FetchRequestData()
                        .setMaxWaitMs(0)
                        .setMinBytes(0)
                        .setMaxBytes(FETCH_BYTES_MAX)
                        .setSessionEpoch(-1)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopicId(topicId)
                                                .setPartitions(
                                                        List.of(
                                                                new FetchPartition()
                                                                        .setPartition(partition)
                                                                        .setFetchOffset(
                                                                                reading.next)
                                                                        .setPartitionMaxBytes(
                                                                                FETCH_BYTES_MAX)))));
        return cluster.ask(
                ApiKeys.FETCH,
                FETCH_VERSION,
                question,
                FetchResponseData.class,
                answer -> take(answer, reading));
    }

    private static boolean take(FetchResponseData answer, Reading reading) {
        PartitionData data = answer.responses().getFirst().partitions().getFirst();
        Errors error = Errors.forCode(data.errorCode());
        if (error != Errors.NONE) {
            reading.problem = error.message();
            return false;
        }
        long before = reading.next;
        RecordPreviews previews = new RecordPreviews(PART_BYTES_MAX, DECOMPRESSED_BYTES_MAX);
        for (ByteBuffer piece : RecordPieces.in(data.records())) {
            takeAll(piece, reading, previews);
        }
        return reading.next > before;
    }

    private static void takeAll(ByteBuffer bytes, Reading reading, RecordPreviews previews) {
        while (reading.wantsMore()
                && bytes.hasRemaining()
                && BatchHeader.isWhole(bytes, bytes.position())) {
            int size = BatchHeader.sizeInBytes(bytes, bytes.position());
            ByteBuffer batch = bytes.slice(bytes.position(), size);
            bytes.position(bytes.position() + size);
            take(batch, previews, reading);
        }
    }

    private static void take(ByteBuffer batch, RecordPreviews previews, Reading reading) {
        long last = BatchHeader.lastOffset(batch, 0);
        if (last < reading.next || BatchHeader.isControl(batch, 0)) {
            reading.next = Math.max(reading.next, last + 1);
            return;
        }
        try {
            List<RecordPreview> found =
                    previews.read(batch, reading.next, reading.limit - reading.records.size());
            boolean transactional = BatchHeader.isTransactional(batch, 0);
            found.forEach(record -> reading.records.add(RecordFields.of(record, transactional)));
            boolean full = reading.records.size() == reading.limit;
            reading.next = full ? found.getLast().offset() + 1 : last + 1;
        } catch (MalformedBatchException e) {
            reading.problem =
                    "the records from offset "
                            + reading.next
                            + " to "
                            + last
                            + " cannot be shown: "
                            + e.reason();
            reading.next = last + 1;
        }
    }
}
