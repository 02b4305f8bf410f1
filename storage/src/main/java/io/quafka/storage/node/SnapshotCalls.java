package io.quafka.storage.node;

import io.quafka.controller.model.ShardState;
import io.quafka.storage.FetchReply;
import io.quafka.storage.index.RowSnapshot;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.PositionGoneException;
import io.quafka.storage.node.ReplicaMessages.Asked;
import io.quafka.storage.shard.Leadership;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.SnapshotPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The leader's part in making a replica anew: says what of the log is needed, ships that, and
/// tells all rows of the index as they are at one moment. Nothing that is not committed is told.
///
/// Rows are held for a follower between its requests: of few at a time, and not for long.
final class SnapshotCalls implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(SnapshotCalls.class);

    /// Followers whose rows are held at a time.
    static final int HELD_MAX = 4;

    /// A follower that asked for no more rows for so long is to begin anew.
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// What an answer may have, however little is asked for.
    private static final int ANSWER_BYTES_MIN = 64 << 10;

    private final FetchCall.Environment environment;
    private final Map<Holder, Held> held = new HashMap<>();
    private boolean closed;

    private record Holder(int follower, int shard) {}

    private static final class Held {
        final long id;
        final RowSnapshot rows;
        long usedNanos = System.nanoTime();

        Held(long id, RowSnapshot rows) {
            this.id = id;
            this.rows = rows;
        }
    }

    SnapshotCalls(FetchCall.Environment environment) {
        this.environment = environment;
    }

    /// @param request see [ReplicaMessages#SNAPSHOT]
    CompletableFuture<FetchReply> run(FetchRequestData request) {
        CompletableFuture<FetchReply> done = new CompletableFuture<>();
        try {
            environment.readers().execute(() -> answer(request, done));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    private void answer(FetchRequestData request, CompletableFuture<FetchReply> done) {
        FetchPartition asked = request.topics().getFirst().partitions().getFirst();
        int follower = request.replicaState().replicaId();
        PartitionData answer =
                new PartitionData()
                        .setPartitionIndex(asked.partition())
                        .setRecords(MemoryRecords.EMPTY);
        GroupReads reads = new GroupReads(environment);
        try {
            Shard shard = ledHere(asked, follower);
            Errors error =
                    shard == null
                            ? Errors.NOT_LEADER_OR_FOLLOWER
                            : fill(answer, shard, asked, request, reads);
            if (error == Errors.NONE && ledHere(asked, follower) != shard) {
                error = Errors.NOT_LEADER_OR_FOLLOWER;
            }
            if (error != Errors.NONE) {
                answer.setErrorCode(error.code()).setRecords(MemoryRecords.EMPTY);
            }
            environment.memory().filled(answer.records().sizeInBytes());
            FetchableTopicResponse topic =
                    new FetchableTopicResponse()
                            .setTopicId(ReplicaMessages.SNAPSHOT)
                            .setPartitions(List.of(answer));
            done.complete(
                    new FetchReply(
                            new FetchResponseData().setResponses(List.of(topic)), reads::release));
        } catch (IOException | RuntimeException e) {
            reads.release();
            logger.atWarn().setCause(e).addKeyValue("follower", follower).log("nothing copied");
            done.completeExceptionally(e);
        }
    }

    private @Nullable Shard ledHere(FetchPartition asked, int follower) {
        Shard shard = environment.shards().get(asked.partition());
        ShardState state = environment.shards().image().shard(asked.partition());
        Leadership leadership = shard == null ? null : shard.leadership();
        boolean led =
                shard != null
                        && leadership != null
                        && leadership.isOpen()
                        && leadership.epoch() == asked.currentLeaderEpoch()
                        && shard.serves(leadership.epoch())
                        && state != null
                        && state.replicas().contains(follower);
        return led ? shard : null;
    }

    private Errors fill(
            PartitionData answer,
            Shard shard,
            FetchPartition asked,
            FetchRequestData request,
            GroupReads reads)
            throws IOException {
        int follower = request.replicaState().replicaId();
        int most = Math.clamp(request.maxBytes(), ANSWER_BYTES_MIN, RowSnapshot.CHUNK_BYTES_MAX);
        Asked[] all = Asked.values();
        int what = asked.lastFetchedEpoch();
        if (what < 0 || what >= all.length) {
            return Errors.INVALID_REQUEST;
        }
        return switch (all[what]) {
            case PLAN -> plan(answer, shard, follower, reads);
            case GROUPS -> groups(answer, shard, asked.fetchOffset(), most, reads);
            case ROWS -> rows(answer, shard, asked, new Holder(follower, shard.id()), most, reads);
        };
    }

    /// The follower gives up what it has once it is answered: from here on, it is not in sync.
    private static Errors plan(PartitionData answer, Shard shard, int follower, GroupReads reads) {
        Leadership leadership = shard.leadership();
        if (leadership == null || !leadership.forget(follower)) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        SnapshotPlan plan = shard.snapshotPlan();
        ByteBuffer target = reads.take(plan.bytes());
        if (target == null) {
            return Errors.THROTTLING_QUOTA_EXCEEDED;
        }
        plan.write(target);
        answer.setRecords(MemoryRecords.readableRecords(target.flip().duplicate()));
        return Errors.NONE;
    }

    private static Errors groups(
            PartitionData answer, Shard shard, long from, int most, GroupReads reads)
            throws IOException {
        long applied = shard.appliedPosition();
        long position = Math.min(shard.nextFrom(from), Math.max(from, applied));
        answer.setHighWatermark(applied).setLogStartOffset(position);
        CommitLog.Shippable there = shard.shippable(position);
        if (there == null || applied <= position) {
            return Errors.NONE;
        }
        long bytes = Math.min(there.bytes(), applied - position);
        ByteBuffer groups;
        try {
            groups = reads.read(shard, position, bytes, most, true);
        } catch (PositionGoneException _) {
            // Dropped just now: who asks again is told where to go on.
            groups = null;
        }
        if (groups == null) {
            return Errors.THROTTLING_QUOTA_EXCEEDED;
        }
        answer.setLastStableOffset(there.salt()).setRecords(MemoryRecords.readableRecords(groups));
        return Errors.NONE;
    }

    private synchronized Errors rows(
            PartitionData answer,
            Shard shard,
            FetchPartition asked,
            Holder holder,
            int most,
            GroupReads reads) {
        ByteBuffer target = reads.take(most);
        if (target == null) {
            return Errors.THROTTLING_QUOTA_EXCEEDED;
        }
        Held rows = held.get(holder);
        if (rows != null && rows.id != asked.logStartOffset()) {
            held.remove(holder);
            rows.rows.close();
            rows = null;
        }
        if (rows == null && asked.fetchOffset() == 0) {
            if (closed || held.size() >= HELD_MAX) {
                return Errors.THROTTLING_QUOTA_EXCEEDED;
            }
            rows = new Held(asked.logStartOffset(), shard.rowSnapshot());
            held.put(holder, rows);
            awaitIdle();
        }
        if (rows == null || rows.rows.number() != asked.fetchOffset()) {
            return Errors.FETCH_SESSION_ID_NOT_FOUND;
        }
        rows.usedNanos = System.nanoTime();
        rows.rows.next(target.limit(most));
        answer.setHighWatermark(rows.rows.appliedPosition())
                .setRecords(MemoryRecords.readableRecords(target.flip().duplicate()));
        return Errors.NONE;
    }

    private void awaitIdle() {
        var _ = environment.timer().schedule(this::dropIdle, IDLE_NANOS, TimeUnit.NANOSECONDS);
    }

    private synchronized void dropIdle() {
        long now = System.nanoTime();
        held.values()
                .removeIf(each -> {
                    boolean idle = now - each.usedNanos >= IDLE_NANOS;
                    if (idle) {
                        each.rows.close();
                    }
                    return idle;
                });
        if (!held.isEmpty() && !closed) {
            awaitIdle();
        }
    }

    /// The index can be closed then.
    @Override
    public synchronized void close() {
        closed = true;
        held.values().forEach(each -> each.rows.close());
        held.clear();
    }
}
