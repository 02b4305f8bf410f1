package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.GroupBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// Decides queued requests and writes them as one group. Belongs to the shard's writer.
final class GroupWriter {
    private final Shard shard;
    private final IndexFeed feed;
    private final AppendCounters counters;
    private final CommitLog log;
    private final ShardLog groups;
    private final InstantSource clock;
    private final GroupBuilder group = new GroupBuilder();
    private final List<Partition> touched = new ArrayList<>();

    GroupWriter(Shard shard, IndexFeed feed, AppendCounters counters, InstantSource clock) {
        this.counters = counters;
        this.shard = shard;
        this.feed = feed;
        this.log = shard.log();
        this.groups = shard.groups();
        this.clock = clock;
    }

    /// Appends what can be appended and refuses the rest, item by item; accepted items are
    /// committed on return.
    ///
    /// @param durable run, if anything was appended, when it is on the disk here
    /// @throws IOException when the state of the disk is unknown: the shard must stop
    void append(List<AppendRequest> requests, int epoch, Runnable durable)
            throws IOException, InterruptedException {
        if (!hasRoomFor(requests)) {
            for (AppendRequest request : requests) {
                request.refuse(
                        Errors.KAFKA_STORAGE_ERROR,
                        "no room on the disk of the storage node; retry when retention has freed some");
            }
            return;
        }
        for (AppendRequest request : requests) {
            for (AppendItem item : request.items()) {
                stage(item, epoch);
            }
        }
        if (!touched.isEmpty()) {
            writeStaged(epoch, durable);
        }
    }

    /// Room is made sure of before anything is decided, so that a full disk changes no state.
    private boolean hasRoomFor(List<AppendRequest> requests)
            throws IOException, InterruptedException {
        if (feed.mustRefuse() && !feed.tryCommit()) {
            return false;
        }
        long bytes = 0;
        long entries = 0;
        for (AppendRequest request : requests) {
            bytes += request.bytes();
            entries += request.items().size();
        }
        return log.ensureRoom(GroupBuilder.sizeBound(entries, bytes), false);
    }

    private void stage(AppendItem item, int epoch) {
        Partition partition = item.partition;
        if (partition.isDropped()) {
            item.refuse(Errors.UNKNOWN_TOPIC_OR_PARTITION, "the partition was deleted");
            return;
        }
        partition.load();
        boolean placed = item.expectedOffset != AppendItem.ANYWHERE;
        if (placed && item.expectedOffset != partition.staged.nextOffset()) {
            item.refuse(
                    Errors.OFFSET_OUT_OF_RANGE,
                    "the log ends at %d, not at %d"
                            .formatted(partition.staged.nextOffset(), item.expectedOffset));
            return;
        }
        ByteBuffer batch = item.batch;
        int at = batch.position();
        boolean idempotent = BatchHeader.hasProducerId(batch, at);
        if (idempotent && !placed) {
            switch (ProducerRules.check(item)) {
                case ProducerTable.Verdict.Append _ -> {}
                case ProducerTable.Verdict.Duplicate(long baseOffset) -> {
                    item.accept(baseOffset);
                    return;
                }
                case ProducerTable.Verdict.Refused(Errors error, String message) -> {
                    item.refuse(error, message);
                    return;
                }
            }
        }
        if (partition.staged.isEmpty()) {
            touched.add(partition);
        }
        item.accept(partition.staged.nextOffset());
        partition.staged.stage(batch, epoch);
        if (idempotent) {
            ProducerRules.voidGuard(item);
            ProducerUpdates.note(partition, batch, at, clock.millis());
        }
    }

    private void writeStaged(int epoch, Runnable durable) throws IOException, InterruptedException {
        group.clear();
        long records = 0;
        for (Partition partition : touched) {
            List<ByteBuffer> batches = partition.staged.batches();
            ByteBuffer first = batches.getFirst();
            group.openRun(
                    partition.key().topicId(),
                    partition.key().partition(),
                    BatchHeader.baseOffset(first, first.position()));
            for (ByteBuffer batch : batches) {
                records += BatchHeader.recordCount(batch, batch.position());
                group.addBatch(batch.duplicate());
            }
        }
        long position = writeGroup(epoch, records, durable);
        long runPosition = position + group.payloadOffset();
        for (Partition partition : touched) {
            List<Run> runs = partition.staged.stagedRuns(runPosition, epoch);
            Run last = runs.getLast();
            runPosition = last.position() + last.length();
            partition.staged.clear();
            partition.commit(runs);
            feed.appended(partition, runs);
        }
        touched.clear();
        feed.groupApplied(position, log.end());
    }

    /// @return where the group lies
    private long writeGroup(int epoch, long records, Runnable durable)
            throws IOException, InterruptedException {
        long position = log.end();
        counters.stored(records, groups.append(group, epoch, durable));
        return position;
    }

    /// Forgets what was staged and came to nothing.
    void reset() {
        touched.clear();
    }

    /// Raises the log starts of many partitions with one write to the disk.
    ///
    /// @param asked each of another partition
    void raiseLogStarts(List<ShardTask.RaiseLogStart> asked, int epoch)
            throws IOException, InterruptedException {
        List<ShardTask.RaiseLogStart> tasks = asked.stream().filter(this::mayRaise).toList();
        if (tasks.isEmpty()) {
            return;
        }
        if (!feed.tryCommit() || !log.ensureRoom(GroupBuilder.sizeBound(tasks.size(), 0), true)) {
            tasks.forEach(task ->
                    task.fail(new ShardUnavailableException(shard.id(), "no room on its disk")));
            return;
        }
        group.clear();
        for (ShardTask.RaiseLogStart task : tasks) {
            PartitionKey key = task.partition().key();
            group.addLogStart(key.topicId(), key.partition(), task.offset());
        }
        long position = writeGroup(epoch, 0, () -> {});
        for (ShardTask.RaiseLogStart task : tasks) {
            task.partition().raiseLogStart(task.offset());
            feed.logStart(task.partition(), task.offset());
        }
        feed.groupApplied(position, log.end());
        tasks.forEach(this::noteForManifest);
        feed.tryCommit();
        tasks.forEach(task -> task.done().complete(task.offset()));
    }

    private void noteForManifest(ShardTask.RaiseLogStart task) {
        Partition partition = task.partition();
        if (partition.tieredEnd() > 0) {
            shard.manifest()
                    .changes()
                    .note(new ManifestEntry.LogStart(partition.key(), task.offset()));
        }
    }

    /// Whether there is something to raise; answers the task if there is not.
    private boolean mayRaise(ShardTask.RaiseLogStart task) {
        Partition partition = task.partition();
        partition.load();
        if (partition.isDropped() || task.offset() <= partition.logStart()) {
            task.done().complete(partition.logStart());
            return false;
        }
        if (task.offset() > partition.committedEnd()) {
            task.fail(new IllegalArgumentException("offset " + task.offset() + " is past the end"));
            return false;
        }
        return true;
    }

    void drop(ShardTask.Drop task, int epoch) throws IOException, InterruptedException {
        Partition partition = task.partition();
        if (partition.isDropped()) {
            task.done().complete(false);
            return;
        }
        partition.load();
        if (partition.lastRun() == null && partition.committedEnd() == 0) {
            partition.drop();
            shard.forget(partition);
            task.done().complete(true);
            return;
        }
        if (!feed.tryCommit() || !log.ensureRoom(GroupBuilder.sizeBound(1, 0), true)) {
            task.fail(new ShardUnavailableException(shard.id(), "no room on its disk"));
            return;
        }
        group.clear();
        group.addDropped(partition.key().topicId(), partition.key().partition());
        long position = writeGroup(epoch, 0, () -> {});
        if (partition.tieredEnd() > 0) {
            shard.manifest().changes().note(new ManifestEntry.Dropped(partition.key()));
        }
        partition.drop();
        feed.dropped(partition.key());
        feed.groupApplied(position, log.end());
        feed.tryCommit();
        shard.forget(partition);
        task.done().complete(true);
    }
}
