package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.log.Group;
import io.quafka.storage.log.GroupEntry;
import java.nio.ByteBuffer;
import java.util.List;

/// Brings a replayed group's effects to partitions and index, as the writer did when it was
/// appended.
final class GroupApplier {
    private final Shard shard;
    private final IndexFeed feed;

    GroupApplier(Shard shard, IndexFeed feed) {
        this.shard = shard;
        this.feed = feed;
    }

    void apply(Group group) {
        for (GroupEntry entry : group.entries()) {
            Partition partition =
                    shard.partition(new PartitionKey(entry.topicId(), entry.partition()));
            switch (entry.kind()) {
                case RUN -> run(partition, group, entry);
                case LOG_START -> logStart(partition, entry.offset());
                case PARTITION_DROPPED -> dropped(partition);
                case DEAD_RUN -> {}
            }
        }
        feed.groupApplied(group.position(), group.end());
        if (feed.isFull()) {
            feed.tryCommit();
        }
    }

    private void run(Partition partition, Group group, GroupEntry entry) {
        partition.load();
        ByteBuffer bytes = group.bytesOf(entry);
        if (!wholeBatches(bytes)) {
            return;
        }
        List<Run> runs = partition.staged.runsOf(bytes, entry.position(), group.epoch());
        if (runs.isEmpty()) {
            return;
        }
        for (int at = bytes.position(); at < bytes.limit(); ) {
            if (BatchHeader.hasProducerId(bytes, at)) {
                ProducerUpdates.note(
                        partition, feed, bytes, at, BatchHeader.maxTimestamp(bytes, at));
            }
            at += BatchHeader.sizeInBytes(bytes, at);
        }
        partition.commit(runs);
        feed.runs(partition, runs);
    }

    /// A damaged run may lie about its batches' lengths; then none of it is indexed.
    private static boolean wholeBatches(ByteBuffer bytes) {
        int at = bytes.position();
        while (at < bytes.limit()) {
            if (bytes.limit() - at < BatchHeader.BYTES) {
                return false;
            }
            int size = BatchHeader.sizeInBytes(bytes, at);
            if (size < BatchHeader.BYTES || size > bytes.limit() - at) {
                return false;
            }
            at += size;
        }
        return true;
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
