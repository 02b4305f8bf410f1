package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.storage.backup.Copies;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.backup.ManifestSummary;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.EndMarker;
import io.quafka.storage.coordinator.Coordinators;
import io.quafka.storage.coordinator.RestoredOffsets;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.AppendRequest;
import io.quafka.storage.shard.OngoingTransaction;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.TopicSpaces;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectIndex;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.PartitionBlocks;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Makes a storage node's shards on an empty disk of what the object store has: manifests are
/// adopted, internal topics are written anew. History stays where it is. For one thread.
public final class ShardRestore implements AutoCloseable {
    private static final int NO_COORDINATOR_EPOCH = 0;

    private final StorageConfig config;
    private final ObjectStore store;
    private final BackupNames names;
    private final ClusterImage image;
    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Index index;
    private final Map<Integer, Shard> shards = new LinkedHashMap<>();
    private final Map<PartitionKey, RestoredOffsets> offsets = new LinkedHashMap<>();
    private int abortedTransactions;

    private ShardRestore(
            StorageConfig config,
            ObjectStore store,
            ClusterImage image,
            InstantSource clock,
            DirectoryLock lock,
            Index index) {
        this.config = config;
        this.store = store;
        this.names = new BackupNames(image.clusterId());
        this.image = image;
        this.clock = clock;
        this.lock = lock;
        this.index = index;
    }

    /// @param config whose directory is empty
    /// @param image what the cluster's metadata were
    public static ShardRestore open(
            StorageConfig config, ObjectStore store, ClusterImage image, InstantSource clock)
            throws IOException {
        Files.createDirectories(config.directory());
        DirectoryLock lock = DirectoryLock.acquire(config.directory());
        Index index = Index.open(config.directory().resolve("index"), config.index());
        return new ShardRestore(config, store, image, clock, lock, index);
    }

    /// Makes a shard.
    ///
    /// @param epoch that was taken for this
    /// @param logEnd where the shard's log ended, or later; the new one begins there
    /// @param summary of its manifest's copy
    public void shard(int id, int epoch, long logEnd, ManifestSummary summary)
            throws IOException, InterruptedException {
        Shard.Origin origin = new Shard.Origin(logEnd, new ManifestCopies(store, names, id), false);
        Shard shard =
                Shard.open(
                        id,
                        ShardDirectories.of(config.directory(), id),
                        index.shard(id),
                        config.log(),
                        new TopicSpaces(),
                        origin,
                        clock);
        shards.put(id, shard);
        shard.lead(epoch);
        for (PartitionKey key : summary.ongoing()) {
            abort(shard.partition(key));
        }
        Named copy = Copies.newest(Copies.list(store, names.internal(id)));
        if (copy != null) {
            internal(shard, copy.key());
        }
    }

    /// Nobody is left who would end these.
    private void abort(Partition partition) throws IOException, InterruptedException {
        for (OngoingTransaction each : partition.ongoingBefore(partition.committedEnd())) {
            append(
                    partition,
                    new EndMarker(false, NO_COORDINATOR_EPOCH)
                            .batch(each.producerId(), each.epoch(), clock.millis()),
                    false);
            abortedTransactions++;
        }
    }

    private void internal(Shard shard, String key) throws IOException, InterruptedException {
        ObjectReader reader = new ObjectReader(store);
        ObjectIndex content = reader.index(key);
        for (PartitionBlocks each : content.partitions()) {
            PartitionKey partition =
                    new PartitionKey(each.partition().topicId(), each.partition().partition());
            Topic topic = image.topic(partition.topicId());
            if (topic == null) {
                continue;
            }
            RestoredOffsets positions = new RestoredOffsets();
            for (Block block : each.blocks()) {
                ByteBuffer bytes = ByteBuffer.allocate(block.length());
                reader.readBlock(key, block, bytes);
                bytes.flip();
                if (Coordinators.writesMarkers(topic.name())) {
                    positions.add(bytes.duplicate());
                }
                appendAll(shard.partition(partition), bytes);
            }
            offsets.put(partition, positions);
        }
    }

    /// Offsets are given out anew: coordinators do not go by them.
    private void appendAll(Partition partition, ByteBuffer batches)
            throws IOException, InterruptedException {
        for (int at = batches.position(); at < batches.limit(); ) {
            int size = BatchHeader.sizeInBytes(batches, at);
            append(partition, batches.slice(at, size), true);
            at += size;
        }
    }

    /// @param placed whether the batch is taken whatever its producer did before
    private void append(Partition partition, ByteBuffer batch, boolean placed)
            throws IOException, InterruptedException {
        AppendItem item =
                placed
                        ? AppendItem.at(partition, batch, partition.committedEnd())
                        : new AppendItem(partition, batch);
        CompletableFuture<Void> done = new CompletableFuture<>();
        partition
                .shard()
                .append(
                        new AppendRequest(
                                List.of(item), batch.remaining(), () -> done.complete(null)));
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (item.error() != Errors.NONE) {
            throw new IOException(
                    "partition %s: %s, %s"
                            .formatted(partition.key(), item.error(), item.message()));
        }
    }

    /// Takes back groups' positions that lie past the ends of what was made; when all shards are.
    public List<RestoredOffsets.Correction> correctOffsets()
            throws IOException, InterruptedException {
        List<RestoredOffsets.Correction> all = new ArrayList<>();
        for (Map.Entry<PartitionKey, RestoredOffsets> each : offsets.entrySet()) {
            Partition partition = partition(each.getKey());
            for (RestoredOffsets.Correction correction : each.getValue().corrections(this::endOf)) {
                if (partition != null) {
                    append(partition, correction.batch(), true);
                    all.add(correction);
                }
            }
        }
        return all;
    }

    private long endOf(String name, int index) {
        Topic topic = image.topic(name);
        Partition partition =
                topic == null || index >= topic.partitionCount()
                        ? null
                        : partition(new PartitionKey(topic.id(), index));
        return partition == null ? -1 : partition.committedEnd();
    }

    private @Nullable Partition partition(PartitionKey key) {
        Topic topic = image.topic(key.topicId());
        Shard shard =
                topic == null ? null : shards.get(topic.partitions().shardOf(key.partition()));
        return shard == null ? null : shard.partition(key);
    }

    /// Groups that have positions.
    public int groups() {
        int groups = 0;
        for (RestoredOffsets each : offsets.values()) {
            for (String _ : each.groups()) {
                groups++;
            }
        }
        return groups;
    }

    /// Transactions that were ended, as nobody would have been left to do so.
    public int abortedTransactions() {
        return abortedTransactions;
    }

    /// Makes all durable.
    @Override
    public void close() throws IOException {
        for (Shard shard : shards.values()) {
            shard.close();
        }
        index.close();
        lock.close();
    }
}
