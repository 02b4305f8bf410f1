package io.quafka.storage.tier;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.storage.backup.Copies;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreException;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/// Copies of what a shard has of internal topics (offsets of groups, transactions), for recovery
/// alone: they are compacted, stay on the disks, and are small. Each copy is one object with all of
/// it, and replaces the one before. Belongs to the node's tiering thread.
final class InternalCopies {
    /// Bytes a second that copies may take, on average over time.
    static final long BYTES_PER_SECOND = 1 << 20;

    private static final int NO_EPOCH = -1;

    private static final Comparator<PartitionKey> OBJECT_ORDER =
            Comparator.comparing(key -> new TieredPartition(key.topicId(), key.partition()));

    private final Shard shard;
    private final ObjectStore store;
    private final String prefix;
    private final BooleanSupplier stopped;
    private Map<PartitionKey, Long> copied = Map.of();
    private long notBeforeMs;
    private int epoch = NO_EPOCH;
    private long sequence;

    InternalCopies(Shard shard, ObjectStore store, BackupNames names, BooleanSupplier stopped) {
        this.shard = shard;
        this.store = store;
        this.prefix = names.internal(shard.id());
        this.stopped = stopped;
    }

    /// Copies all of it, if anything was appended since.
    ///
    /// @return the copies that there are now, older ones first; empty if nothing was copied
    List<Named> write(ClusterImage image, long nowMs)
            throws IOException, InterruptedException, ExecutionException {
        Map<PartitionKey, Long> ends = ends(image);
        if (nowMs < notBeforeMs || ends.equals(copied) || ends.isEmpty()) {
            return List.of();
        }
        shard.feedIndex().get();
        begin();
        long bytes = copy(ends);
        if (bytes == 0) {
            return List.of();
        }
        notBeforeMs = nowMs + bytes * 1000 / BYTES_PER_SECOND;
        copied = ends;
        return Copies.list(store, prefix);
    }

    /// The partitions of internal topics that are here and hold anything, and where they end.
    private Map<PartitionKey, Long> ends(ClusterImage image) {
        Map<PartitionKey, Long> ends = new HashMap<>();
        for (Topic topic : image.topics().values()) {
            for (int i = 0; topic.internal() && i < topic.partitionCount(); i++) {
                ShardState carrier = image.shardOf(topic, i);
                if (carrier != null && carrier.id() == shard.id()) {
                    PartitionKey key = new PartitionKey(topic.id(), i);
                    long end = shard.partition(key).committedEnd();
                    if (end > 0) {
                        ends.put(key, end);
                    }
                }
            }
        }
        return ends;
    }

    private void begin() throws StoreException {
        if (epoch == shard.epoch()) {
            return;
        }
        int led = shard.epoch();
        long next = 1;
        for (Named each : Copies.list(store, prefix)) {
            if (each.epoch() == led) {
                next = Math.max(next, each.number() + 1);
            }
        }
        sequence = next;
        epoch = led;
    }

    /// @return bytes of the copy; 0 if there is none, as something could not be read or is large
    private long copy(Map<PartitionKey, Long> ends) throws IOException {
        SortedMap<PartitionKey, Run> first = new TreeMap<>(OBJECT_ORDER);
        for (PartitionKey key : ends.keySet()) {
            Run run = shard.manifest().firstUntiered(key);
            if (run != null) {
                first.put(key, run);
            }
        }
        String key = BackupNames.key(prefix, epoch, sequence++);
        ObjectOrigin origin = new ObjectOrigin(shard.id(), epoch, 0, shard.logEnd());
        try (ObjectWriter writer =
                ObjectWriter.begin(store, key, origin, ObjectWriter.BLOCK_BYTES)) {
            ObjectBuild build = new ObjectBuild(shard, 0, writer, Long.MAX_VALUE, stopped);
            for (Map.Entry<PartitionKey, Run> each : first.entrySet()) {
                ObjectBuild.Outcome outcome =
                        build.append(each.getKey(), each.getValue(), Long.MAX_VALUE);
                if (outcome != ObjectBuild.Outcome.WHOLE) {
                    return 0;
                }
            }
            return build.finish().isEmpty() ? 0 : writer.commit().stored().size();
        }
    }
}
