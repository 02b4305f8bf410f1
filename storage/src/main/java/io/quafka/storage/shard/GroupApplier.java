package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.Group;
import io.quafka.storage.log.GroupEntry;
import io.quafka.storage.log.Stretch;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a replayed group's effects to partitions and index, as the writer did when it was
/// appended.
final class GroupApplier {
    private static final Logger logger = LoggerFactory.getLogger(GroupApplier.class);

    private final Shard shard;
    private final IndexFeed feed;
    private final Set<Partition> damaged = new HashSet<>();
    private final RunReplacement replacement;

    /// Partitions of which the log does not hold everything any more that was compacted.
    private final Set<Partition> sumless = new HashSet<>();

    private final Manifest manifest;

    GroupApplier(Shard shard, IndexFeed feed, InstantSource clock) {
        this.shard = shard;
        this.feed = feed;
        this.manifest = new Manifest(shard, feed, clock);
        this.replacement = new RunReplacement(shard, feed);
    }

    void apply(Group group) {
        for (GroupEntry entry : group.entries()) {
            if (entry.kind().hasNote()) {
                object(group, entry);
                continue;
            }
            Partition partition =
                    shard.partition(new PartitionKey(entry.topicId(), entry.partition()));
            switch (entry.kind()) {
                case RUN -> run(partition, group, entry);
                case LOG_START -> logStart(partition, entry.offset());
                case PARTITION_DROPPED -> dropped(partition);
                case CLEANED -> cleaned(partition, group, entry);
                case DEAD_RUN,
                        OBJECT_INTENDED,
                        OBJECT_COMMITTED,
                        OBJECT_DROPPED,
                        OBJECT_MERGED -> {}
            }
        }
        feed.groupApplied(group.position(), group.end());
        if (feed.isFull()) {
            feed.tryCommit();
        }
    }

    private void object(Group group, GroupEntry entry) {
        feed.commit();
        if (!group.damaged().contains(entry)) {
            manifest.replay(group, entry);
            return;
        }
        logger.atError()
                .addKeyValue("shard", shard.id())
                .addKeyValue("object", entry.offset())
                .addKeyValue("kind", entry.kind())
                .log("what the log says of an object is damaged: no object is deleted any more");
        feed.manifestDoubt("damaged at " + shard.describe(entry.position()));
    }

    private void run(Partition partition, Group group, GroupEntry entry) {
        partition.load();
        if (group.damaged().contains(entry)) {
            damagedRun(partition, group, entry);
            return;
        }
        ByteBuffer bytes = group.bytesOf(entry);
        List<Run> runs = partition.staged.runsOf(bytes, entry.position(), group.epoch());
        for (int at = bytes.position(); at < bytes.limit(); ) {
            noteProducer(partition, bytes, at);
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        commit(partition, runs);
    }

    /// What cannot be read keeps its offsets: readers are told, and nobody gets them again.
    private void damagedRun(Partition partition, Group group, GroupEntry entry) {
        ByteBuffer bytes = group.bytesOf(entry);
        List<Stretch> stretches = Stretch.of(group, entry);
        for (Stretch stretch : stretches) {
            if (stretch.sound()) {
                noteProducer(partition, bytes, bytes.position() + stretch.at());
            } else {
                partition.producers.unreadable(stretch.baseOffset(), stretch.lastOffset());
                damaged.add(partition);
            }
        }
        commit(
                partition,
                partition.staged.runsOf(
                        bytes, stretches, entry.position(), group.epoch(), group.writtenMs()));
    }

    private static void noteProducer(Partition partition, ByteBuffer bytes, int at) {
        if (BatchHeader.hasProducerId(bytes, at)) {
            ProducerUpdates.note(partition, bytes, at, BatchHeader.maxTimestamp(bytes, at));
        }
    }

    private void commit(Partition partition, List<Run> runs) {
        if (!runs.isEmpty()) {
            partition.commit(runs);
            feed.appended(partition, runs);
        }
    }

    /// Everything was applied.
    void finish() {
        damaged.forEach(partition -> partition.producers.replayed());
        damaged.clear();
        if (!sumless.isEmpty()) {
            feed.commit();
            RunSums sums = new RunSums(shard.index(), feed);
            sumless.stream().filter(partition -> !partition.isDropped()).forEach(sums::recompute);
            sumless.clear();
        }
    }

    private void cleaned(Partition partition, Group group, GroupEntry entry) {
        if (group.damaged().contains(entry)) {
            logger.atError()
                    .addKeyValue("partition", partition.key())
                    .addKeyValue("from", entry.offset())
                    .addKeyValue("to", entry.lastOffset())
                    .log("what compaction left is damaged: these offsets stay as they were before");
            return;
        }
        partition.load();
        feed.commit();
        if (!replacement.apply(
                partition,
                entry.offset(),
                entry.lastOffset(),
                group.bytesOf(entry),
                entry.position())) {
            sumless.add(partition);
        }
        noteProducers(partition, group.bytesOf(entry));
    }

    /// Of producers whose batches the log does not hold any more, what compaction left tells.
    private void noteProducers(Partition partition, ByteBuffer bytes) {
        Map<Long, BatchCleaner.LastOfProducer> known = partition.producers.lasts();
        for (int at = bytes.position(); at < bytes.limit(); ) {
            BatchCleaner.LastOfProducer last = known.get(BatchHeader.producerId(bytes, at));
            boolean newer = last == null || last.lastOffset() < BatchHeader.baseOffset(bytes, at);
            if (newer && !BatchHeader.isTransactional(bytes, at)) {
                noteProducer(partition, bytes, at);
            }
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        feed.producers(partition);
    }

    private void logStart(Partition partition, long offset) {
        partition.load();
        feed.commit();
        partition.raiseLogStart(offset);
        partition.staged.advanceTo(offset);
        feed.logStart(partition, offset);
    }

    private void dropped(Partition partition) {
        partition.load();
        feed.commit();
        partition.drop();
        feed.dropped(partition.key());
        shard.forget(partition);
    }
}
