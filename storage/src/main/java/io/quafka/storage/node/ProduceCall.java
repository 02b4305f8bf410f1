package io.quafka.storage.node;

import io.quafka.storage.ImplicitTransaction;
import io.quafka.storage.TransactionVerifier;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.BatchValidator;
import io.quafka.storage.batch.Validation;
import io.quafka.storage.pressure.Orders.TopicOrder;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.AppendRequest;
import io.quafka.storage.shard.Leadership;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.TopicSpace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// One produce request: validated on the caller's thread, appended by the shards' writers, answered
/// when the last one is done.
final class ProduceCall {
    private static final short ACKS_ALL = -1;

    private final Shards shards;
    private final BatchValidator validator;
    private final Admission admission;
    private final long nowMs;
    private final ProduceResponseData response = new ProduceResponseData();
    private final CompletableFuture<ProduceResponseData> done = new CompletableFuture<>();
    private final List<ShardPart> parts = new ArrayList<>(1);
    private final AtomicInteger open = new AtomicInteger(1);
    private boolean all;
    private final @Nullable TransactionVerifier verifier;
    private @Nullable Verification verification;

    /// Bytes that a topic let in.
    private record Admitted(TopicSpace space, long bytes) {}

    /// What goes to one shard, and where its answers belong.
    private static final class ShardPart {
        final Shard shard;
        final List<AppendItem> items = new ArrayList<>();
        final List<PartitionProduceResponse> answers = new ArrayList<>();
        final List<Admitted> admitted = new ArrayList<>();
        final List<Integer> minInSync = new ArrayList<>();
        long bytes;

        ShardPart(Shard shard) {
            this.shard = shard;
        }
    }

    /// @param verifier null where transactions are not verified
    ProduceCall(
            Shards shards,
            BatchValidator validator,
            Admission admission,
            @Nullable TransactionVerifier verifier,
            long nowMs) {
        this.shards = shards;
        this.validator = validator;
        this.admission = admission;
        this.verifier = verifier;
        this.nowMs = nowMs;
    }

    CompletableFuture<ProduceResponseData> run(ProduceRequestData request) {
        all = request.acks() == ACKS_ALL;
        Verification verify =
                Verification.of(
                        verifier, request.transactionalId(), ImplicitTransaction.isMarked(request));
        verification = verify;
        for (TopicProduceData topic : request.topicData()) {
            TopicProduceResponse answer =
                    new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
            List<PartitionProduceResponse> answers = new ArrayList<>(topic.partitionData().size());
            for (PartitionProduceData data : topic.partitionData()) {
                PartitionProduceResponse partition =
                        new PartitionProduceResponse().setIndex(data.index()).setBaseOffset(-1);
                answers.add(partition);
                prepare(shards.byId(topic.topicId(), data.index()), data, partition);
            }
            response.responses().add(answer.setPartitionResponses(answers));
        }
        if (verify != null && verify.isNeeded()) {
            verify.run()
                    .thenAccept(refused -> {
                        refuse(refused);
                        append();
                        verify.handedOver();
                    });
            done.whenComplete((_, _) -> verify.done());
        } else {
            append();
        }
        return done;
    }

    private void append() {
        open.addAndGet(parts.size());
        for (ShardPart part : parts) {
            boolean early = !all && !part.shard.isAlone();
            part.shard.append(
                    new AppendRequest(part.items, part.bytes, early, () -> answered(part)));
        }
        oneDone();
    }

    private void refuse(Map<AppendItem, Errors> refused) {
        if (refused.isEmpty()) {
            return;
        }
        for (ShardPart part : parts) {
            for (int i = part.items.size() - 1; i >= 0; i--) {
                Errors error = refused.get(part.items.get(i));
                if (error != null) {
                    AppendItem item = part.items.remove(i);
                    part.bytes -= item.batch().remaining();
                    part.minInSync.remove(i);
                    part.answers
                            .remove(i)
                            .setErrorCode(error.code())
                            .setErrorMessage(
                                    "the batch could not be verified to be part of its transaction")
                            .setLogAppendTimeMs(-1);
                }
            }
        }
    }

    private void prepare(
            Resolved resolved, PartitionProduceData data, PartitionProduceResponse answer) {
        switch (resolved) {
            case Resolved.Missing(Errors error) -> answer.setErrorCode(error.code());
            case Resolved.Here here -> {
                if (here.topic().internal()) {
                    answer.setErrorCode(Errors.INVALID_TOPIC_EXCEPTION.code());
                    answer.setErrorMessage(
                            "Cannot append to internal topic " + here.topic().name());
                    return;
                }
                if (all && here.inSync() < here.topic().settings().minInSyncReplicas()) {
                    answer.setErrorCode(Errors.NOT_ENOUGH_REPLICAS.code());
                    return;
                }
                validate(here, data, answer);
            }
        }
    }

    private void validate(
            Resolved.Here here, PartitionProduceData data, PartitionProduceResponse answer) {
        if (!(data.records() instanceof MemoryRecords records)) {
            answer.setErrorCode(Errors.INVALID_RECORD.code());
            answer.setErrorMessage("no records");
            return;
        }
        switch (validator.validate(records.buffer(), here.topic().settings(), nowMs)) {
            case Validation.Accepted(ByteBuffer batch, _, _, long logAppendTimeMs) -> {
                TopicSpace space = admission.of(here.topic());
                if (!admission.admit(space, batch.remaining())) {
                    answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
                    answer.setErrorMessage(Admission.refusal(here.topic(), space));
                    throttle(TopicOrder.THROTTLE_MS_MAX);
                    return;
                }
                throttle(admission.throttleMs(space));
                answer.setLogAppendTimeMs(logAppendTimeMs);
                ShardPart part = partOf(here.shard());
                AppendItem item = new AppendItem(here.partition(), batch);
                Verification verify = verification;
                if (verify != null) {
                    verify.take(item, new TopicPartition(here.topic().name(), data.index()));
                } else if (verifier != null && BatchHeader.isTransactional(batch, 0)) {
                    item.verify(null);
                }
                part.items.add(item);
                part.minInSync.add(here.topic().settings().minInSyncReplicas());
                part.admitted.add(new Admitted(space, batch.remaining()));
                part.answers.add(answer);
                part.bytes += batch.remaining();
            }
            case Validation.Refused refused -> {
                answer.setErrorCode(refused.error().code());
                answer.setErrorMessage(refused.message());
                for (Validation.RecordError record : refused.records()) {
                    answer.recordErrors()
                            .add(
                                    new BatchIndexAndErrorMessage()
                                            .setBatchIndex(record.index())
                                            .setBatchIndexErrorMessage(record.message()));
                }
            }
        }
    }

    private void throttle(int ms) {
        response.setThrottleTimeMs(Math.max(response.throttleTimeMs(), ms));
    }

    private ShardPart partOf(Shard shard) {
        for (ShardPart part : parts) {
            if (part.shard == shard) {
                return part;
            }
        }
        ShardPart part = new ShardPart(shard);
        parts.add(part);
        return part;
    }

    private void answered(ShardPart part) {
        part.admitted.forEach(let -> let.space().settled(let.bytes()));
        int inSync = all ? inSync(part.shard) : Integer.MAX_VALUE;
        for (int i = 0; i < part.items.size(); i++) {
            AppendItem item = part.items.get(i);
            PartitionProduceResponse answer = part.answers.get(i);
            answer.setErrorCode(item.error().code());
            if (item.error() == Errors.NONE && inSync < part.minInSync.get(i)) {
                answer.setErrorCode(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND.code());
                answer.setLogAppendTimeMs(-1);
            } else if (item.error() == Errors.NONE) {
                answer.setBaseOffset(item.baseOffset());
                answer.setLogStartOffset(item.partition().logStart());
            } else {
                answer.setErrorMessage(item.message());
                answer.setLogAppendTimeMs(-1);
            }
        }
        oneDone();
    }

    private static int inSync(Shard shard) {
        Leadership leadership = shard.leadership();
        return leadership == null ? Integer.MAX_VALUE : leadership.inSyncCount();
    }

    private void oneDone() {
        if (open.decrementAndGet() == 0) {
            done.complete(response);
        }
    }
}
