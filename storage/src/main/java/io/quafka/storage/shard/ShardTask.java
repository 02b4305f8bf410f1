package io.quafka.storage.shard;

import io.quafka.storage.batch.BatchCleaner;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.replication.EpochTable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/// What the shard's writer is asked to do, in the order of asking.
sealed interface ShardTask {
    /// The task will not be done.
    void fail(RuntimeException why);

    /// Whether it is for the shard's leader only.
    default boolean isForLeader() {
        return switch (this) {
            case Append _,
                    RaiseLogStart _,
                    Drop _,
                    ReplaceRuns _,
                    IntendObject _,
                    CommitObject _,
                    DropObject _ ->
                    true;
            case Roll _,
                    ForgetSegment _,
                    DescribeProducers _,
                    ExpireProducers _,
                    SettleSums _,
                    RestateRanges _,
                    NoteCleaned _,
                    NoteCopied _,
                    LastOfProducers _,
                    DropLocal _,
                    FeedIndex _,
                    Lead _,
                    Follow _,
                    Ship _,
                    Cut _ ->
                    false;
        };
    }

    record Append(AppendRequest request) implements ShardTask {
        @Override
        public void fail(RuntimeException why) {
            request.refuse(
                    why instanceof DeposedException
                            ? Errors.NOT_LEADER_OR_FOLLOWER
                            : Errors.KAFKA_STORAGE_ERROR,
                    why.getMessage());
            request.done().run();
        }
    }

    /// A task that is answered by a future.
    sealed interface Asked<T> extends ShardTask {
        CompletableFuture<T> done();

        @Override
        default void fail(RuntimeException why) {
            done().completeExceptionally(why);
        }
    }

    /// Logged: the future completes when it is durable, with the new log start.
    record RaiseLogStart(Partition partition, long offset, CompletableFuture<Long> done)
            implements Asked<Long> {}

    /// Logged: the partition and its data are gone when the future completes.
    record Drop(Partition partition, CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    /// Seals the active segment if it holds anything.
    record Roll(CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    /// A sealed segment's file is gone.
    record ForgetSegment(long base, CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    record DescribeProducers(Partition partition, CompletableFuture<List<ProducerInfo>> done)
            implements Asked<List<ProducerInfo>> {}

    record ExpireProducers(Partition partition, long beforeMs, CompletableFuture<Integer> done)
            implements Asked<Integer> {}

    /// Logged: what compaction left of a stretch of offsets takes the place of the runs there.
    /// False if these are other runs by now, or there is no room: nothing was changed then.
    record ReplaceRuns(
            Partition partition, Replacement replacement, CompletableFuture<Boolean> done)
            implements Asked<Boolean> {}

    /// What the index says of a partition's bytes is made true after compaction: a bounded number
    /// of runs that end before an offset. Answers the offset to go on from, or -1.
    record SettleSums(Partition partition, long beforeOffset, CompletableFuture<Long> done)
            implements Asked<Long> {}

    /// What the index says of the sums of ranges is made true after compaction: of those that are
    /// as they were when they were read.
    record RestateRanges(
            Partition partition, List<RestatedRange> ranges, CompletableFuture<Boolean> done)
            implements Asked<Boolean> {}

    /// A range, and the same with other sums.
    record RestatedRange(TieredRange old, TieredRange fresh) {}

    /// A partition was compacted up to an offset.
    record NoteCleaned(Partition partition, long toOffset, CompletableFuture<Boolean> done)
            implements Asked<Boolean> {}

    record LastOfProducers(
            Partition partition, CompletableFuture<Map<Long, BatchCleaner.LastOfProducer>> done)
            implements Asked<Map<Long, BatchCleaner.LastOfProducer>> {}

    /// Logged: an object is about to be uploaded.
    record IntendObject(long nonce, CompletableFuture<IntendedObject> done)
            implements Asked<IntendedObject> {}

    /// Logged: ranges of partitions lie in an object. Answers how many became part of the manifest.
    record CommitObject(ObjectCommit commit, CompletableFuture<Integer> done)
            implements Asked<Integer> {}

    /// Logged: a doomed object is gone from the store.
    record DropObject(long object, CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    /// Records below an offset leave this disk, as far as they lie in objects. Answers the local
    /// start after it.
    record DropLocal(Partition partition, long offset, CompletableFuture<Long> done)
            implements Asked<Long> {}

    /// See [ShardManifest#copied].
    record NoteCopied(long position, CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    /// The node leads the shard, in an epoch. Done when everything in its log is committed and it
    /// takes appends; fails with [DeposedException] if it does not come to that.
    record Lead(Leadership leadership, CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    /// Another node leads the shard, or none.
    record Follow(int epoch, CompletableFuture<Boolean> done) implements Asked<Boolean> {}

    /// Groups of the leader of an epoch, which go at the log's end; and how far the leader's log is
    /// committed. Answers where the log ends, everything on disk.
    ///
    /// @param bytes whole groups; changed in place
    record Ship(
            int epoch,
            long position,
            long salt,
            ByteBuffer bytes,
            long committed,
            CompletableFuture<Long> done)
            implements Asked<Long> {}

    /// What the log has, as it was when the leader of an epoch was asked, is not all of that
    /// leader's log. Answers where the log ends then.
    record Cut(
            int epoch,
            long position,
            int lastEpoch,
            EpochTable.EpochEnd told,
            CompletableFuture<Long> done)
            implements Asked<Long> {}

    /// Hands what is pending to the index.
    record FeedIndex(CompletableFuture<Boolean> done) implements Asked<Boolean> {}
}
