package io.quafka.storage.node;

import io.quafka.storage.FetchReply;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.ShippedGroups;
import io.quafka.storage.replication.EpochTable.EpochEnd;
import io.quafka.storage.shard.Leadership;
import io.quafka.storage.shard.Shard;
import io.quafka.wire.BufferPool;
import io.quafka.wire.PooledBuffer;
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
    private boolean starved;

    /// Whether something may lie in the memory of readers, who are told when it is given back.
    private boolean borrowed;

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
        List<PooledBuffer> memory = new ArrayList<>();
        try {
            starved = false;
            int bytes = 0;
            for (Part part : parts) {
                Leadership leadership = part.leadership;
                Shard shard = part.shard;
                if (leadership != null && shard != null) {
                    leadership.leave(woken);
                    bytes += ship(part, shard, leadership, bytes, memory);
                }
            }
            if (starved && bytes == 0 && System.nanoTime() < deadlineNanos) {
                var _ =
                        environment
                                .timer()
                                .schedule(
                                        this::startReading, MEMORY_RETRY_MS, TimeUnit.MILLISECONDS);
                return;
            }
            environment.memory().filled(bytes);
            answer(memory);
        } catch (IOException | RuntimeException e) {
            release(memory);
            logger.atWarn().setCause(e).addKeyValue("follower", follower).log("nothing shipped");
            done.completeExceptionally(e);
        }
    }

    /// @return bytes that go with the answer
    private int ship(
            Part part, Shard shard, Leadership leadership, int before, List<PooledBuffer> memory)
            throws IOException {
        long position = part.asked.fetchOffset();
        part.answer
                .setHighWatermark(leadership.committed())
                .setLogStartOffset(shard.logStartPosition());
        if (shard.logEnd() <= position) {
            return 0;
        }
        CommitLog.Shippable there = shard.shippable(position);
        if (there == null) {
            part.fail(Errors.OFFSET_OUT_OF_RANGE);
            return 0;
        }
        PooledBuffer buffer = read(shard, position, there.bytes(), before);
        if (buffer == null) {
            return 0;
        }
        memory.add(buffer);
        if (!leadership.isOpen()) {
            // What was read may be of another leader.
            part.fail(Errors.NOT_LEADER_OR_FOLLOWER);
            return 0;
        }
        ByteBuffer groups = buffer.buffer().duplicate().order(buffer.buffer().order());
        part.answer
                .setLastStableOffset(there.salt())
                .setRecords(MemoryRecords.readableRecords(groups));
        return groups.remaining();
    }

    /// @param before bytes that the answer has already
    /// @return whole groups; null if there is no memory, or no room in the answer
    private @Nullable PooledBuffer read(Shard shard, long position, long there, int before)
            throws IOException {
        int most = Math.min(request.maxBytes(), ReplicaMessages.BYTES_MAX) - before;
        int bytes = (int) Math.min(there, Math.max(0, most));
        PooledBuffer buffer = null;
        while (bytes > 0) {
            buffer = memoryFor(bytes);
            if (buffer == null) {
                starved = true;
                return null;
            }
            ByteBuffer target = buffer.buffer().clear().limit(bytes);
            long first;
            boolean whole = false;
            try {
                shard.read(position, target);
                target.flip();
                int groups = ShippedGroups.wholeBytes(target, position);
                whole = groups > 0;
                if (whole) {
                    target.limit(groups);
                    return buffer;
                }
                first = ShippedGroups.sizeOfFirst(target, position);
            } finally {
                if (!whole) {
                    release(List.of(buffer));
                }
            }
            if (before > 0 || first <= bytes || first > there) {
                if (first == 0 && bytes >= there) {
                    throw new IOException("no group at " + shard.describe(position));
                }
                return null;
            }
            bytes = (int) first;
        }
        return null;
    }

    /// What is too large for the followers' own memory lies in the readers'.
    private @Nullable PooledBuffer memoryFor(int bytes) {
        BufferPool own = environment.replicas();
        if (bytes + bytes / 4L <= own.capacity()) {
            return own.tryAcquire(bytes);
        }
        borrowed = true;
        return environment.memory().tryAcquire(bytes, false);
    }

    private void release(List<PooledBuffer> memory) {
        if (borrowed) {
            environment.memory().release(memory);
        } else {
            memory.forEach(PooledBuffer::release);
        }
    }

    private void answer(List<PooledBuffer> memory) {
        FetchableTopicResponse topic =
                new FetchableTopicResponse().setTopicId(ReplicaMessages.COMMIT_LOG);
        parts.forEach(part -> topic.partitions().add(part.answer));
        FetchReply reply =
                new FetchReply(
                        new FetchResponseData().setResponses(List.of(topic)),
                        () -> release(memory));
        if (!done.complete(reply)) {
            reply.release().run();
        }
    }
}
