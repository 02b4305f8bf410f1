package io.quafka.storage.tier;

import io.quafka.controller.model.CompactionSettings;
import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.batch.CleanedTransactions;
import io.quafka.storage.batch.KeyOffsets;
import io.quafka.storage.batch.KeyOffsetsBuilder;
import io.quafka.storage.batch.UncleanableException;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.Dirt;
import io.quafka.storage.shard.IntendedObject;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.ShardCompaction;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectOrigin;
import io.quafka.tiering.object.ObjectWriter;
import io.quafka.tiering.object.WrittenObject;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/// One compaction of what of a partition lies in objects:
///
/// 1. Note the latest offset of each key in the uncleaned ranges, as much as fits in memory.
/// 2. Go over the ranges from the log's start up to there, a stretch of them at a time, and write
///    what is left of each into an object of its own, which takes their place as a merged one does.
///    Earlier offsets come first, so that what a tombstone deletes is gone before the tombstone can
///    go. A stretch of which all stays is left where it is.
/// 3. Remember how far it went, and make the partition's sums true.
///
/// May be given up between any two stretches: each is whole in itself. For the merging thread.
final class StoreCleaningPass {
    /// Of ranges that are replaced at once, about: with it, what a crash has done again is bounded,
    /// and so is what lies in the store twice.
    private static final long STRETCH_BYTES = 256L << 20;

    private static final int STRETCH_RANGES = 1000;
    private static final int BUFFER_BYTES = 4 << 20;
    private static final SecureRandom NONCES = new SecureRandom();

    private final Shard shard;
    private final Partition partition;
    private final Dirt dirt;
    private final CompactionSettings settings;
    private final long nowMs;
    private final StoreCleaning environment;
    private final Pace pace;
    private final RangeSource source;
    private long bytesRead;
    private long bytesBefore;
    private long bytesAfter;
    private int objects;

    /// What a pass did.
    ///
    /// @param complete false if it was given up before its end
    /// @param cleanedTo offset up to which the partition is compacted now
    /// @param bytesBefore of the ranges that were looked at
    /// @param bytesAfter of what is left of them
    /// @param objects that were written
    record Result(
            boolean complete,
            long cleanedTo,
            long bytesRead,
            long bytesBefore,
            long bytesAfter,
            long recordsRead,
            long recordsKept,
            int objects) {}

    StoreCleaningPass(
            Partition partition,
            Dirt dirt,
            CompactionSettings settings,
            long nowMs,
            StoreCleaning environment,
            Pace pace) {
        this.shard = partition.shard();
        this.partition = partition;
        this.dirt = dirt;
        this.settings = settings;
        this.nowMs = nowMs;
        this.environment = environment;
        this.pace = pace;
        this.source = new RangeSource(shard, partition.key(), environment, pace, BUFFER_BYTES);
    }

    /// @throws UncleanableException if a batch cannot be read, or not be written anew
    /// @throws io.quafka.tiering.object.ObjectDamagedException if an object is damaged
    Result run()
            throws IOException, UncleanableException, InterruptedException, ExecutionException {
        KeyOffsets keys = new KeyOffsets(environment.keysBytes(), dirt.to() - dirt.from());
        boolean complete = noteKeys(keys);
        Map<Long, BatchCleaner.LastOfProducer> producers =
                Map.copyOf(shard.compaction().lastOfProducers(partition).get());
        // Readers are told of aborted transactions for as long as the log holds their offsets.
        CleanedTransactions transactions = new CleanedTransactions(true);
        BatchCleaner cleaner =
                new BatchCleaner(
                        keys, transactions, producers, nowMs, settings.deleteRetentionMs());
        complete =
                complete
                        && keys.latestOffset() >= 0
                        && clean(cleaner, transactions, keys.latestOffset());
        long cleanedTo = complete ? keys.latestOffset() + 1 : dirt.from();
        if (complete) {
            shard.compaction().noteCleaned(partition, cleanedTo).get();
        }
        if (objects > 0) {
            shard.compaction().settleRangeSums(partition);
        }
        return new Result(
                complete,
                cleanedTo,
                bytesRead,
                bytesBefore,
                bytesAfter,
                cleaner.recordsRead(),
                cleaner.recordsKept(),
                objects);
    }

    /// @return false if it is to be given up
    private boolean noteKeys(KeyOffsets keys) throws IOException, UncleanableException {
        CleanedTransactions transactions = new CleanedTransactions();
        KeyOffsetsBuilder builder = new KeyOffsetsBuilder(keys, transactions, dirt.from());
        for (TieredRange range : rangesFrom(dirt.from(), dirt.to() - 1)) {
            ShardCompaction.noteAborted(
                    partition, range.baseOffset(), range.lastOffset() + 1, transactions);
            ObjectScan scan = source.open(range);
            bytesRead += range.length();
            for (Block _ : source.blocks(range)) {
                if (environment.stopped().getAsBoolean()) {
                    return false;
                }
                for (ByteBuffer batch : BatchHeader.split(scan.next())) {
                    if (!builder.add(batch)) {
                        return true;
                    }
                }
            }
        }
        return true;
    }

    private boolean clean(BatchCleaner cleaner, CleanedTransactions transactions, long latestOffset)
            throws IOException, UncleanableException, InterruptedException, ExecutionException {
        List<TieredRange> all = rangesFrom(partition.logStart(), latestOffset);
        for (int from = 0; from < all.size(); ) {
            // Uploads go first: nothing leaves the logs without them.
            long most = Math.min(STRETCH_BYTES, environment.space().left() / 2);
            int to = from;
            long bytes = 0;
            while (to < all.size()
                    && to - from < STRETCH_RANGES
                    && (to == from || bytes + all.get(to).length() <= most)) {
                bytes += all.get(to++).length();
            }
            boolean fits = environment.space().left() / 2 >= bytes;
            if (!fits || !rewrite(all.subList(from, to), bytes, cleaner, transactions)) {
                return false;
            }
            from = to;
        }
        return true;
    }

    private List<TieredRange> rangesFrom(long offset, long lastOffset) {
        List<TieredRange> ranges = new ArrayList<>();
        shard.manifest()
                .scanRanges(
                        partition.key(),
                        offset,
                        range -> {
                            boolean within =
                                    range.baseOffset() <= lastOffset
                                            && range.lastOffset() < dirt.to();
                            if (within) {
                                ranges.add(range);
                            }
                            return within;
                        });
        return ranges;
    }

    /// @return false if the pass is to be given up
    private boolean rewrite(
            List<TieredRange> ranges,
            long bytes,
            BatchCleaner cleaner,
            CleanedTransactions transactions)
            throws IOException, UncleanableException, InterruptedException, ExecutionException {
        long nonce = NONCES.nextLong();
        environment.underWay().add(nonce);
        try (ObjectSpace.Room room = environment.space().take(bytes)) {
            IntendedObject intended = shard.manifest().intend(nonce).get();
            ObjectNames names = environment.names();
            String key = names.key(intended.number(), intended.createdMs(), nonce);
            CleanedObject cleaned;
            WrittenObject written;
            ObjectStore store = environment.store();
            try (ObjectWriter writer =
                    ObjectWriter.begin(
                            store,
                            key,
                            origin(ranges, intended.epoch()),
                            ObjectWriter.BLOCK_BYTES)) {
                cleaned = new CleanedObject(partition.key(), intended.number(), writer, cleaner);
                for (TieredRange range : ranges) {
                    ShardCompaction.noteAborted(
                            partition, range.baseOffset(), range.lastOffset() + 1, transactions);
                    if (!copy(range, cleaned)) {
                        return false;
                    }
                }
                bytesBefore += bytes;
                bytesAfter += writer.size();
                if (!cleaned.isChanged()) {
                    return true;
                }
                partition
                        .abortedIn(
                                ranges.getFirst().baseOffset(), ranges.getLast().lastOffset() + 1)
                        .forEach(each -> writer.aborted(ObjectBuild.rangeOf(each)));
                written = writer.commit();
            }
            long size = written.stored().size();
            room.filled(size);
            int accepted =
                    new UploadCommit(shard, store)
                            .commit(intended, key, size, cleaned.placed(), true);
            objects++;
            return accepted == cleaned.placed().size();
        } finally {
            environment.underWay().remove(nonce);
        }
    }

    private boolean copy(TieredRange range, CleanedObject cleaned)
            throws IOException, UncleanableException {
        ObjectScan scan = source.open(range);
        bytesRead += range.length();
        cleaned.begin(range);
        for (Block _ : source.blocks(range)) {
            if (environment.stopped().getAsBoolean() || partition.isDropped()) {
                return false;
            }
            for (ByteBuffer batch : BatchHeader.split(scan.next())) {
                cleaned.add(batch);
            }
        }
        long written = cleaned.end();
        pace.spend(written);
        return true;
    }

    /// What the ranges were made of lies before where their objects were intended.
    private ObjectOrigin origin(List<TieredRange> ranges, int epoch) {
        long end = ranges.stream().mapToLong(TieredRange::object).max().orElse(0);
        return new ObjectOrigin(shard.id(), epoch, 0, end);
    }
}
