package io.quafka.storage.node;

import io.quafka.storage.FetchReply;
import io.quafka.storage.History;
import io.quafka.storage.node.PartitionReader.Amount;
import io.quafka.storage.node.PartitionReader.Range;
import io.quafka.storage.shard.Partition;
import io.quafka.wire.BufferPool;
import io.quafka.wire.LatencyHistogram;
import io.quafka.wire.PooledBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// One fetch request, alternating between three states until it is answered:
///
/// - *reading*, on a reader thread: gather what is there; answer if it is enough, if a partition is
///   in error, or if time is up;
/// - *waiting*, on no thread: partitions tell how many bytes were committed; enough of them, or the
///   deadline, start a read;
/// - *starved*, on no thread: there is something to read but no memory; its turn in the queue of
///   [ReadMemory], or the deadline, start a read.
final class FetchCall implements ReadMemory.Waiter {
    private static final long READING = Long.MIN_VALUE;
    private static final byte READ_COMMITTED = 1;

    /// What is committed does not matter to a fetch that waits for memory.
    private static final long STARVED = Long.MAX_VALUE;

    private final Environment environment;
    private final FetchRequestData request;
    private final List<Part> parts = new ArrayList<>();
    private final CompletableFuture<FetchReply> done = new CompletableFuture<>();
    private final long deadlineNanos;
    private final boolean readCommitted;
    private final Partition.CommitListener listener;

    /// Bytes still to come before the next read; [#READING] while one runs.
    private final AtomicLong missing = new AtomicLong(READING);

    /// `System.nanoTime()` of its arrival, or of the end of its last wait for records.
    private long dueNanos = System.nanoTime();

    private @Nullable ScheduledFuture<?> timeout;
    private boolean listening;
    private boolean starved;

    /// Bytes that the gateway may read from objects instead.
    private long promised;

    /// Its place among those that wait for memory; 0 before it does.
    private long ticket;

    /// What all fetches of a node share.
    ///
    /// @param readers platform threads; rejects when too much waits for them
    /// @param timer starts the read of fetches whose time is up
    /// @param replicas what is shipped to followers lies in here: readers that hold all of `memory`
    ///   do not hold up what is to be committed
    /// @param latencies told of each answer to a client how long after it could be read it was
    ///   ready
    record Environment(
            Shards shards,
            PartitionReader reader,
            HistoryLookup history,
            ReadMemory memory,
            Executor readers,
            ScheduledExecutorService timer,
            BufferPool replicas,
            LatencyHistogram latencies) {}

    private static final class Part {
        final FetchPartition asked;
        final PartitionData answer;
        final Resolved resolved;
        long seenEnd;

        Part(FetchPartition asked, Resolved resolved) {
            this.asked = asked;
            this.resolved = resolved;
            this.answer = new PartitionData().setPartitionIndex(asked.partition());
        }

        @Nullable Partition partition() {
            return resolved instanceof Resolved.Here here ? here.partition() : null;
        }
    }

    FetchCall(Environment environment, FetchRequestData request) {
        this.environment = environment;
        this.request = request;
        this.readCommitted = request.isolationLevel() == READ_COMMITTED;
        this.listener = readCommitted ? new StableListener() : this::committed;
        this.deadlineNanos =
                dueNanos + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.maxWaitMs()));
    }

    /// Waits for what no ongoing transaction holds back.
    private final class StableListener implements Partition.CommitListener {
        @Override
        public void committed(long bytes) {}

        @Override
        public void stable(long bytes) {
            FetchCall.this.committed(bytes);
        }
    }

    /// Where the request's isolation level lets reading end.
    private long visibleEnd(Partition partition) {
        return readCommitted ? partition.lastStableOffset() : partition.committedEnd();
    }

    CompletableFuture<FetchReply> run() {
        boolean read = request.maxWaitMs() <= 0 || request.minBytes() <= 0;
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition asked : topic.partitions()) {
                Part part =
                        new Part(
                                asked, environment.shards.byId(topic.topicId(), asked.partition()));
                parts.add(part);
                read |= mayAnswer(part);
            }
        }
        if (read || parts.isEmpty()) {
            startReading();
        } else {
            await(request.minBytes());
        }
        return done;
    }

    /// True if a partition has data or an error, or if only the disk can tell.
    private boolean mayAnswer(Part part) {
        Partition partition = part.partition();
        if (partition == null || partition.isDropped() || !partition.isLoaded()) {
            return true;
        }
        part.seenEnd = visibleEnd(partition);
        return part.seenEnd != part.asked.fetchOffset()
                || (part.resolved instanceof Resolved.Here here
                        && here.checkEpoch(part.asked.currentLeaderEpoch()) != Errors.NONE);
    }

    private void startReading() {
        try {
            environment.readers.execute(this::read);
        } catch (RejectedExecutionException e) {
            answer(new ArrayList<>());
        }
    }

    private void read() {
        List<PooledBuffer> memory = new ArrayList<>();
        boolean woken = starved;
        boolean waits = false;
        starved = false;
        long changes = environment.memory.changes();
        try {
            int most = Math.min(Math.max(0, request.maxBytes()), environment.memory.share());
            long bytes = 0;
            boolean failed = false;
            promised = 0;
            for (Part part : parts) {
                long left = Math.min(most - bytes, request.maxBytes() - bytes - promised);
                Amount amount = new Amount((int) Math.max(0, left), bytes + promised == 0, woken);
                bytes += readPart(part, amount, memory);
                // What is to be read from objects is there, at whatever time the gateway asks.
                failed |= part.answer.errorCode() != Errors.NONE.code() || promised > 0;
            }
            long lacking = Math.min(request.minBytes(), Math.max(1, most)) - bytes;
            if (bytes > 0) {
                environment.memory.filled(bytes);
            }
            boolean timeUp = System.nanoTime() >= deadlineNanos;
            if (failed || lacking <= 0 || timeUp || (starved && bytes > 0)) {
                answer(memory);
            } else if (starved) {
                ReadMemory.Outcome outcome = awaitMemory(changes);
                waits = outcome != ReadMemory.Outcome.FULL;
                if (!waits && missing.getAndSet(READING) != READING) {
                    stopWaiting();
                    answer(memory);
                }
            } else {
                forget(memory);
                await(lacking);
            }
        } catch (RuntimeException e) {
            environment.memory.release(memory);
            done.completeExceptionally(e);
        } finally {
            if (woken && !waits) {
                environment.memory.leave(ticket);
            }
        }
    }

    private int readPart(Part part, Amount amount, List<PooledBuffer> memory) {
        PartitionData answer = part.answer;
        answer.setRecords(MemoryRecords.EMPTY);
        answer.unknownTaggedFields().clear();
        if (!(part.resolved instanceof Resolved.Here here)) {
            return fail(answer, ((Resolved.Missing) part.resolved).error());
        }
        int before = memory.size();
        int bytes = 0;
        try {
            bytes = readPart(part, here, amount, memory);
        } catch (RuntimeException e) {
            if (here.isServed()) {
                throw e;
            }
        }
        if (here.isServed()) {
            return bytes;
        }
        // Another node leads by now, and what this one had may have been taken off its disk
        // meanwhile: nothing that was read is to be believed.
        List<PooledBuffer> read = memory.subList(before, memory.size());
        environment.memory.release(List.copyOf(read));
        read.clear();
        answer.setRecords(MemoryRecords.EMPTY).setAbortedTransactions(null);
        answer.unknownTaggedFields().clear();
        return fail(answer, Errors.NOT_LEADER_OR_FOLLOWER);
    }

    private int readPart(Part part, Resolved.Here here, Amount amount, List<PooledBuffer> memory) {
        PartitionData answer = part.answer;
        Errors epochError = here.checkEpoch(part.asked.currentLeaderEpoch());
        if (epochError != Errors.NONE) {
            return fail(answer, epochError);
        }
        Partition partition = here.partition();
        if (partition.isDropped()) {
            return fail(answer, Errors.UNKNOWN_TOPIC_ID);
        }
        long offset = part.asked.fetchOffset();
        long start = partition.logStart();
        long end = partition.committedEnd();
        long stable = Math.min(partition.lastStableOffset(), end);
        if (offset < start || offset > end) {
            return fail(answer, Errors.OFFSET_OUT_OF_RANGE);
        }
        long visible = readCommitted ? stable : end;
        part.seenEnd = visible;
        answer.setErrorCode(Errors.NONE.code())
                .setHighWatermark(end)
                .setLastStableOffset(stable)
                .setLogStartOffset(start)
                .setAbortedTransactions(readCommitted ? new ArrayList<>() : null);
        if (offset >= visible) {
            return 0;
        }
        if (offset < partition.localStart()) {
            return readHistory(part, partition, visible, amount.atLeastOne());
        }
        int max = Math.min(amount.bytesMax(), part.asked.partitionMaxBytes());
        PartitionReader.Read read =
                environment.reader.read(
                        partition,
                        new Range(offset, visible),
                        new Amount(max, amount.atLeastOne(), amount.woken()));
        List<AbortedTransaction> aborted =
                readCommitted ? abortedIn(partition, offset, read.endOffset()) : List.of();
        if (offset < partition.localStart()) {
            // It left the disk while it was read: what was read may begin too late, and what was
            // aborted there may be forgotten.
            if (read.memory() != null) {
                environment.memory.release(List.of(read.memory()));
            }
            return readHistory(part, partition, visible, amount.atLeastOne());
        }
        starved |= read.starved();
        if (read.error() != Errors.NONE) {
            return fail(answer, read.error());
        }
        if (read.memory() != null) {
            memory.add(read.memory());
            answer.setRecords(MemoryRecords.readableRecords(read.bytes()));
            if (readCommitted) {
                answer.setAbortedTransactions(aborted);
            }
        }
        return read.bytes().remaining();
    }

    /// Says where the gateway finds what is not on this disk any more.
    ///
    /// @return bytes read: none
    private int readHistory(Part part, Partition partition, long visible, boolean first) {
        long offset = part.asked.fetchOffset();
        long left = request.maxBytes() - promised;
        int max = (int) Math.clamp(left, 0, Math.max(0, part.asked.partitionMaxBytes()));
        if (max == 0 && !first) {
            return 0;
        }
        History history = environment.history.fetch(partition, offset, visible, max, first);
        if (history == null) {
            boolean gone = offset < partition.logStart();
            return fail(
                    part.answer, gone ? Errors.OFFSET_OUT_OF_RANGE : Errors.KAFKA_STORAGE_ERROR);
        }
        if (readCommitted) {
            long end = Math.min(visible, history.pieces().getLast().lastOffset() + 1);
            part.answer.setAbortedTransactions(abortedIn(partition, offset, end));
            if (offset < partition.logStart()) {
                // What was aborted before the log's start is forgotten.
                return fail(part.answer, Errors.OFFSET_OUT_OF_RANGE);
            }
        }
        promised += Math.max(1, max);
        history.attach(part.answer);
        return 0;
    }

    /// Whoever asks must see afterwards whether the log still begins before these offsets.
    private static List<AbortedTransaction> abortedIn(Partition partition, long from, long to) {
        List<AbortedTransaction> told = new ArrayList<>();
        for (var aborted : partition.abortedIn(from, to)) {
            told.add(
                    new AbortedTransaction()
                            .setProducerId(aborted.producerId())
                            .setFirstOffset(aborted.firstOffset()));
        }
        return told;
    }

    private static int fail(PartitionData answer, Errors error) {
        answer.setErrorCode(error.code())
                .setHighWatermark(-1)
                .setLastStableOffset(-1)
                .setLogStartOffset(-1);
        return 0;
    }

    private void forget(List<PooledBuffer> memory) {
        environment.memory.release(memory);
        for (Part part : parts) {
            part.answer.setRecords(MemoryRecords.EMPTY);
        }
    }

    /// Holds the monitor against a wake-up that comes while listeners are still being added.
    private synchronized void await(long bytes) {
        missing.set(bytes);
        long nanos = deadlineNanos - System.nanoTime();
        timeout = environment.timer.schedule(this::wake, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        boolean moved = false;
        listening = true;
        for (Part part : parts) {
            Partition partition = part.partition();
            if (partition != null) {
                partition.addListener(listener);
                moved |= partition.isDropped() || visibleEnd(partition) != part.seenEnd;
            }
        }
        if (moved) {
            wake();
        }
    }

    private void committed(long bytes) {
        long before = missing.getAndUpdate(m -> m == READING ? m : m - Math.min(bytes, m));
        if (before != READING && before <= bytes) {
            wake();
        }
    }

    /// Has its turn, or its time, start the next read. Holds the monitor against a wake-up that
    /// comes meanwhile.
    private synchronized ReadMemory.Outcome awaitMemory(long changes) {
        ticket = ticket == 0 ? environment.memory.ticket() : ticket;
        missing.set(STARVED);
        long nanos = deadlineNanos - System.nanoTime();
        timeout = environment.timer.schedule(this::wake, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        ReadMemory.Outcome outcome = environment.memory.await(ticket, this, changes);
        if (outcome == ReadMemory.Outcome.CHANGED) {
            wake();
        }
        return outcome;
    }

    @Override
    public void memoryFreed() {
        wake();
    }

    /// Goes from waiting to reading, once.
    private void wake() {
        if (missing.getAndSet(READING) == READING) {
            return;
        }
        if (!starved) {
            dueNanos = System.nanoTime();
        }
        try {
            environment.readers.execute(() -> {
                stopWaiting();
                read();
            });
        } catch (RejectedExecutionException e) {
            stopWaiting();
            environment.memory.leave(ticket);
            answer(new ArrayList<>());
        }
    }

    private synchronized void stopWaiting() {
        ScheduledFuture<?> pending = timeout;
        if (pending != null) {
            pending.cancel(false);
        }
        if (!listening) {
            return;
        }
        listening = false;
        for (Part part : parts) {
            Partition partition = part.partition();
            if (partition != null) {
                partition.removeListener(listener);
            }
        }
    }

    private void answer(List<PooledBuffer> memory) {
        FetchResponseData data = new FetchResponseData();
        int next = 0;
        for (FetchTopic topic : request.topics()) {
            List<PartitionData> partitions = new ArrayList<>(topic.partitions().size());
            for (int i = 0; i < topic.partitions().size(); i++) {
                PartitionData partition = parts.get(next++).answer;
                if (partition.records() == null) {
                    partition.setRecords(MemoryRecords.EMPTY);
                }
                partitions.add(partition);
            }
            data.responses()
                    .add(
                            new FetchableTopicResponse()
                                    .setTopic(topic.topic())
                                    .setTopicId(topic.topicId())
                                    .setPartitions(partitions));
        }
        environment.latencies.record(System.nanoTime() - dueNanos);
        Runnable release = () -> environment.memory.release(memory);
        if (!done.complete(new FetchReply(data, release))) {
            release.run();
        }
    }
}
