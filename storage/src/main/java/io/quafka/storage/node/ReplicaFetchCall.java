package io.quafka.storage.node;

import io.quafka.storage.FetchReply;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.replication.EpochTable.EpochEnd;
import io.quafka.storage.shard.Leadership;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A follower's fetch at the leader: takes note of what the follower has, and ships what it has
/// not, as it lies in the files. Waits, on no thread, while there is nothing.
final class ReplicaFetchCall {
    private static final Logger logger = LoggerFactory.getLogger(ReplicaFetchCall.class);

    /// How long until the next attempt where there was no memory to read into.
    private static final long MEMORY_RETRY_MS = 20;

    private final FetchCall.Environment environment;
    private final FetchRequestData request;
    private final int follower;
    private final List<Part> parts = new ArrayList<>();
    private final CompletableFuture<FetchReply> done = new CompletableFuture<>();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final Runnable woken = this::wake;
    private final long deadlineNanos;

    private static final class Part {
        final FetchPartition asked;
        final PartitionData answer;
        @Nullable Shard shard;

        /// Null where there is nothing to ship, but something to say.
        @Nullable Leadership leadership;

        Part(FetchPartition asked) {
            this.asked = asked;
            this.answer =
                    new PartitionData()
                            .setPartitionIndex(asked.partition())
                            .setRecords(MemoryRecords.EMPTY);
        }

        void fail(Errors error) {
            leadership = null;
            answer.setErrorCode(error.code()).setHighWatermark(-1).setRecords(MemoryRecords.EMPTY);
        }
    }

    ReplicaFetchCall(FetchCall.Environment environment, FetchRequestData request) {
        this.environment = environment;
        this.request = request;
        this.follower = request.replicaState().replicaId();
        this.deadlineNanos =
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.maxWaitMs()));
    }

    CompletableFuture<FetchReply> run() {
        boolean ready = request.maxWaitMs() <= 0;
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition asked : topic.partitions()) {
                Part part = new Part(asked);
                parts.add(part);
                admit(part);
                Shard shard = part.shard;
                ready |=
                        part.leadership == null
                                || shard == null
                                || shard.logEnd() > asked.fetchOffset();
            }
        }
        if (ready || parts.isEmpty()) {
            startReading();
        } else {
            await();
        }
        return done;
    }

    private void admit(Part part) {
        FetchPartition asked = part.asked;
        Shard shard = environment.shards().get(asked.partition());
        Leadership leadership = shard == null ? null : shard.leadership();
        if (shard == null || leadership == null || !leadership.isOpen()) {
            part.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        if (asked.currentLeaderEpoch() != leadership.epoch()) {
            part.fail(
                    asked.currentLeaderEpoch() < leadership.epoch()
                            ? Errors.FENCED_LEADER_EPOCH
                            : Errors.UNKNOWN_LEADER_EPOCH);
            return;
        }
        EpochEnd parting = shard.divergence(asked.lastFetchedEpoch(), asked.fetchOffset());
        if (parting != null) {
            ReplicaMessages.diverging(part.answer, parting);
            return;
        }
        if (!leadership.fetched(follower, asked.fetchOffset(), System.nanoTime())) {
            part.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        part.shard = shard;
        part.leadership = leadership;
    }

    private void await() {
        waiting.set(true);
        long nanos = deadlineNanos - System.nanoTime();
        var _ = environment.timer().schedule(this::wake, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        for (Part part : parts) {
            Leadership leadership = part.leadership;
            if (leadership != null && !leadership.await(part.asked.fetchOffset(), woken)) {
                wake();
                return;
            }
        }
    }

    private void wake() {
        if (waiting.compareAndSet(true, false)) {
            startReading();
        }
    }

    private void startReading() {
        try {
            environment.readers().execute(this::read);
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
    }

    private void read() {
        GroupReads reads = new GroupReads(environment);
        try {
            int bytes = 0;
            for (Part part : parts) {
                Leadership leadership = part.leadership;
                Shard shard = part.shard;
                if (leadership != null && shard != null) {
                    leadership.leave(woken);
                    bytes += ship(part, shard, leadership, bytes, reads);
                }
            }
            if (reads.isStarved() && bytes == 0 && System.nanoTime() < deadlineNanos) {
                var _ =
                        environment
                                .timer()
                                .schedule(
                                        this::startReading, MEMORY_RETRY_MS, TimeUnit.MILLISECONDS);
                return;
            }
            environment.memory().filled(bytes);
            answer(reads);
        } catch (IOException | RuntimeException e) {
            reads.release();
            logger.atWarn().setCause(e).addKeyValue("follower", follower).log("nothing shipped");
            done.completeExceptionally(e);
        }
    }

    /// @param before bytes that the answer has already
    /// @return bytes that go with the answer
    private int ship(Part part, Shard shard, Leadership leadership, int before, GroupReads reads)
            throws IOException {
        long position = part.asked.fetchOffset();
        part.answer
                .setHighWatermark(leadership.committed())
                .setLogStartOffset(shard.logStartPosition());
        if (shard.logEnd() <= position) {
            return 0;
        }
        CommitLog.Shippable there = shard.shippable(position);
        if (there == null
                || position < shard.epochsKnownFrom()
                || isBetterCopied(shard, position)) {
            part.fail(Errors.OFFSET_OUT_OF_RANGE);
            return 0;
        }
        int most = Math.min(request.maxBytes(), ReplicaMessages.BYTES_MAX) - before;
        ByteBuffer groups = reads.read(shard, position, there.bytes(), most, before == 0);
        if (groups == null) {
            return 0;
        }
        if (!leadership.isOpen()) {
            // What was read may be of another leader.
            part.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return 0;
        }
        part.answer
                .setLastStableOffset(there.salt())
                .setRecords(MemoryRecords.readableRecords(groups));
        return groups.remaining();
    }

    /// Who has nothing need not go through all that was ever written and is dead by now. While the
    /// index has nothing, though, nothing is dead, and a copy would have nothing either.
    private static boolean isBetterCopied(Shard shard, long position) {
        return position == 0 && !shard.sealedSegments().isEmpty() && shard.appliedPosition() > 0;
    }

    private void answer(GroupReads reads) {
        FetchableTopicResponse topic =
                new FetchableTopicResponse().setTopicId(ReplicaMessages.COMMIT_LOG);
        parts.forEach(part -> topic.partitions().add(part.answer));
        FetchReply reply =
                new FetchReply(
                        new FetchResponseData().setResponses(List.of(topic)), reads::release);
        if (!done.complete(reply)) {
            reply.release().run();
        }
    }
}
