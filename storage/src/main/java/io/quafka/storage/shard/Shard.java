package io.quafka.storage.shard;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.RowSnapshot;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.log.RecoveryReport;
import io.quafka.storage.replication.Divergence;
import io.quafka.storage.replication.EpochTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A set of partitions that share one commit log. Appends and other changes are queued for the
/// shard's one writer thread; reads go past it, on any platform thread.
public final class Shard implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(Shard.class);

    private final int id;
    private final ShardIndex index;
    private final CommitLog log;
    private final SegmentSpace space;
    private final EpochTable epochs;
    private final ShardLog groups;
    private final boolean incomplete;

    /// The epoch in which this node leads, or led last, with other replicas.
    private volatile @Nullable Leadership leadership;

    private final ShardWriter writer;
    private final RecoveryReport recovery;
    private final ConcurrentHashMap<PartitionKey, Partition> partitions = new ConcurrentHashMap<>();

    private final ShardManifest manifest;
    private final ShardCompaction compaction;

    private Shard(
            int id,
            ShardIndex index,
            CommitLog log,
            TopicSpaces topics,
            RecoverySource source,
            InstantSource clock)
            throws IOException {
        boolean replicated = source.replicated();
        byte[] known = index.getState(IndexFeed.EPOCHS);
        this.epochs =
                known == null
                        ? new EpochTable()
                        : EpochTable.decode(known, index.appliedPosition());
        this.groups = new ShardLog(log, epochs);
        this.id = id;
        this.index = index;
        this.manifest = new ShardManifest(this, index);
        this.compaction = new ShardCompaction(this, index);
        this.log = log;
        this.space = new SegmentSpace();
        space.restore(index.segmentLive());
        index.partitions(key -> {
            topics.of(key.topicId()).add(sizeOf(key));
            return true;
        });
        IndexFeed feed = new IndexFeed(index, log, space, topics, epochs);
        GroupApplier applier = new GroupApplier(this, feed, clock);
        if (source.from() < log.start()) {
            feed.manifestDoubt("the index was made anew from a log that begins at " + log.start());
        }
        this.recovery =
                log.recover(
                        source.from(),
                        group -> {
                            if (replicated) {
                                epochs.note(group.epoch(), group.position());
                            } else {
                                epochs.noteAlone(group.epoch(), group.position());
                                applier.apply(group);
                            }
                        },
                        replicated);
        applier.finish();
        space.bases().stream().filter(base -> !log.has(base)).forEach(feed::segmentGone);
        feed.tryCommit();
        adopt(replicated ? null : source.lost(), feed);
        if (source.from() == 0 && !replicated) {
            new LocalStarts(this, feed).restore();
        }
        if (source.lost() != null && !replicated) {
            manifest.restore(log.end());
        }
        this.incomplete = replicated && !log.isWholeFrom(feed.appliedTo());
        this.writer = new ShardWriter(this, !replicated, feed, applier, clock);
    }

    /// Where replay starts, where the manifest comes from that it cannot tell any more, and whether
    /// it must leave to the shard's leader to say what of it is committed.
    private record RecoverySource(long from, @Nullable ManifestSource lost, boolean replicated) {}

    private void adopt(@Nullable ManifestSource lost, IndexFeed feed) throws IOException {
        String doubt = lost == null ? null : manifest.doubt();
        if (lost == null || doubt == null) {
            return;
        }
        boolean found = new Adoption(this, feed).run(lost);
        logger.atWarn()
                .addKeyValue("shard", id)
                .addKeyValue("why", doubt)
                .addKeyValue("adopted", found)
                .log(
                        found
                                ? "the manifest was adopted from its copy in the object store"
                                : "the manifest may lack something, and the object store has no copy of it");
        if (found) {
            feed.manifestWhole();
            feed.caughtUp(log.end());
            feed.commit();
        }
    }

    /// Opens the shard's log, replays what the index lacks, cuts a torn tail and starts the writer.
    ///
    /// @param topics accounts of what topics hold, over all shards of the node
    /// @throws IndexAheadException if the index knows of groups that the log does not have
    public static Shard open(
            int id,
            Path directory,
            ShardIndex index,
            LogOptions options,
            TopicSpaces topics,
            InstantSource clock)
            throws IOException, InterruptedException {
        return open(id, directory, index, options, topics, Origin.NEW, clock);
    }

    /// What a shard is made of that is not whole on this disk.
    ///
    /// @param logStart position at which its log begins where there is none yet
    /// @param manifest asked where the index cannot tell all of the manifest; null if there is no
    ///   copy to ask for
    /// @param replicated whether the shard has other replicas: then nothing that the index lacks is
    ///   taken for committed, the manifest least of all, and the shard follows until it is told to
    ///   [#lead]
    public record Origin(long logStart, @Nullable ManifestSource manifest, boolean replicated) {
        public static final Origin NEW = new Origin(0, null, false);
    }

    /// As the other; where the manifest may lack something, it is adopted before this returns.
    ///
    /// @throws IOException also if there is a copy of the manifest, and it cannot be read: without
    ///   it, offsets would be given out a second time
    public static Shard open(
            int id,
            Path directory,
            ShardIndex index,
            LogOptions options,
            TopicSpaces topics,
            Origin origin,
            InstantSource clock)
            throws IOException, InterruptedException {
        CommitLog log = CommitLog.open(directory, id, options, origin.logStart(), clock);
        try {
            long from = index.appliedPosition();
            byte[] lastGroup = index.getState(IndexFeed.LAST_GROUP);
            if (lastGroup != null && !log.groupEndsAt(ByteBuffer.wrap(lastGroup).getLong(), from)) {
                throw new IndexAheadException(id, from);
            }
            RecoverySource source =
                    new RecoverySource(from, origin.manifest(), origin.replicated());
            Shard shard = new Shard(id, index, log, topics, source, clock);
            RecoveryReport report = shard.recovery;
            logger.atInfo()
                    .addKeyValue("shard", id)
                    .addKeyValue("from", report.replayedFrom())
                    .addKeyValue("end", report.end())
                    .addKeyValue("groups", report.groups())
                    .addKeyValue("tornTail", report.tornTail())
                    .addKeyValue("damages", report.damages().size())
                    .log("shard recovered");
            shard.writer.start();
            return shard;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /// The epoch of the last group that the index of a shard that is not open knows of;
    /// [EpochTable#NO_EPOCH] if of none.
    public static int lastEpoch(ShardIndex index) {
        byte[] known = index.getState(IndexFeed.EPOCHS);
        return known == null
                ? EpochTable.NO_EPOCH
                : EpochTable.decode(known, Long.MAX_VALUE).last();
    }

    public int id() {
        return id;
    }

    ShardIndex index() {
        return index;
    }

    CommitLog log() {
        return log;
    }

    SegmentSpace space() {
        return space;
    }

    /// Which object ranges make up the history of its partitions.
    public ShardManifest manifest() {
        return manifest;
    }

    /// What compaction asks of its partitions.
    public ShardCompaction compaction() {
        return compaction;
    }

    /// The handle of a partition, if there is one.
    @Nullable Partition known(PartitionKey key) {
        return partitions.get(key);
    }

    void submit(ShardTask task) {
        writer.submit(task);
    }

    /// What opening found and did.
    public RecoveryReport recovery() {
        return recovery;
    }

    /// The shard's handle for a partition, made on first use; does not touch the disk.
    public Partition partition(PartitionKey key) {
        Partition known = partitions.get(key);
        return known != null ? known : partitions.computeIfAbsent(key, k -> new Partition(this, k));
    }

    void forget(Partition partition) {
        partitions.remove(partition.key(), partition);
    }

    EpochTable epochs() {
        return epochs;
    }

    ShardLog groups() {
        return groups;
    }

    /// The epoch that new batches of a shard of one replica are stamped with; no-operation if it is
    /// not alone.
    public void lead(int epoch) {
        writer.lead(epoch);
    }

    /// Leads in an epoch of a shard of several replicas, once the in-sync ones have all that the
    /// log has.
    ///
    /// @return true when it takes appends; fails with [DeposedException] if another leads before
    public CompletableFuture<Boolean> lead(Leadership next) {
        leadership = next;
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new ShardTask.Lead(next, done));
        return done;
    }

    /// Follows whoever leads in an epoch. What was appended and not committed comes to nothing here
    /// before anything of that epoch is taken.
    ///
    /// @return true when it is so; fails if the shard is not running any more
    public CompletableFuture<Boolean> follow(int epoch) {
        Leadership before = leadership;
        leadership = null;
        if (before != null) {
            before.depose();
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new ShardTask.Follow(epoch, done));
        return done;
    }

    /// Waits for followers no more, as this is closed soon.
    public void resign() {
        Leadership led = leadership;
        if (led != null) {
            led.depose();
        }
    }

    /// The epoch in which this node leads, with other replicas; null if it does not.
    public @Nullable Leadership leadership() {
        return leadership;
    }

    /// Whether the shard takes appends and answers readers in an epoch.
    public boolean serves(int epoch) {
        return writer.serves(epoch);
    }

    /// Whether this node leads the shard, as far as it knows, and takes appends.
    public boolean isLeading() {
        return writer.isLeading();
    }

    /// Whether no other node has, or ever had since it was opened, a replica of it: then nobody
    /// else can lead it, and what is on disk is committed.
    public boolean isAlone() {
        return leadership == null && writer.isAlone();
    }

    /// Whether nobody else can lead it before this node has asked for that.
    public boolean isSole() {
        Leadership led = leadership;
        return led == null ? writer.isAlone() : led.isSole();
    }

    /// As [ShardTask.Ship].
    public CompletableFuture<Long> ship(
            int epoch, long position, long salt, ByteBuffer bytes, long committed) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        writer.submit(new ShardTask.Ship(epoch, position, salt, bytes, committed, done));
        return done;
    }

    /// Cuts off what the leader of an epoch does not have.
    ///
    /// @param position where the log ended when the leader was asked
    /// @param lastEpoch of its last group then
    /// @param told where the leader's log and this one may part
    /// @return where it ends; no-operation if it is not any more what the leader was asked about
    public CompletableFuture<Long> cut(
            int epoch, long position, int lastEpoch, EpochTable.EpochEnd told) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        writer.submit(new ShardTask.Cut(epoch, position, lastEpoch, told, done));
        return done;
    }

    /// For a follower whose log ends at a position: null if its log is the beginning of this one,
    /// else where they may part.
    public EpochTable.@Nullable EpochEnd divergence(int lastEpoch, long position) {
        return position == 0 ? null : Divergence.find(epochs, log.end(), lastEpoch, position);
    }

    /// The position from which on it is known in which epoch what was written: what lies before can
    /// be copied, but not compared.
    public long epochsKnownFrom() {
        return epochs.knownFrom(log.end());
    }

    /// The epoch of the log's last group.
    public int lastEpoch() {
        return epochs.last();
    }

    /// See [CommitLog#shippable].
    public CommitLog.@Nullable Shippable shippable(long position) throws IOException {
        return log.shippable(position);
    }

    /// What of the log a new replica needs. Reads all rows of runs: platform threads only.
    public SnapshotPlan snapshotPlan() {
        return SnapshotPlan.of(index, log);
    }

    /// All rows of the index at this moment. To be closed.
    public RowSnapshot rowSnapshot() {
        return index.snapshot();
    }

    /// See [CommitLog#nextFrom].
    public long nextFrom(long position) {
        return log.nextFrom(position);
    }

    /// Whether the log lacks something that the index does not have either: then this replica is to
    /// be made anew, and nothing is brought to the index any more.
    public boolean isIncomplete() {
        return incomplete;
    }

    /// Partitions as the index has them: what was appended and not committed is forgotten.
    void resetPartitions() {
        partitions.values().forEach(Partition::reset);
    }

    public int epoch() {
        return writer.epoch();
    }

    /// Queues batches; the request's `done` runs when they are durable or refused. Requests of one
    /// thread keep their order.
    public void append(AppendRequest request) {
        writer.submit(new ShardTask.Append(request));
    }

    /// Drops a partition's records below an offset; no-operation if the log starts there or later
    /// already.
    ///
    /// @return the log start after it, durable
    public CompletableFuture<Long> raiseLogStart(Partition partition, long offset) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        writer.submit(new ShardTask.RaiseLogStart(partition, offset, done));
        return done;
    }

    /// Drops a partition's oldest records, so that it holds about `bytes`; with more than 0, never
    /// its newest.
    ///
    /// @return the log start after it, durable
    public CompletableFuture<Long> trim(PartitionKey key, long bytes) {
        long start = new Retention(index).startKeeping(key, bytes);
        Partition partition = partition(key);
        return start == Retention.KEEP
                ? CompletableFuture.completedFuture(partition.logStart())
                : raiseLogStart(partition, Math.min(start, partition.committedEnd()));
    }

    /// Has a partition's oldest records leave this disk, as far as they lie in objects, so that it
    /// holds about `bytes` here.
    ///
    /// @return the local start after it
    public CompletableFuture<Long> trimLocal(PartitionKey key, long bytes) {
        long start = new Retention(index).localStartKeeping(key, bytes);
        Partition partition = partition(key);
        return start == Retention.KEEP
                ? CompletableFuture.completedFuture(partition.localStart())
                : manifest.dropLocal(partition, start);
    }

    /// Drops a partition with everything in it.
    public CompletableFuture<Boolean> drop(Partition partition) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new ShardTask.Drop(partition, done));
        return done;
    }

    public CompletableFuture<List<ProducerInfo>> describeProducers(Partition partition) {
        CompletableFuture<List<ProducerInfo>> done = new CompletableFuture<>();
        writer.submit(new ShardTask.DescribeProducers(partition, done));
        return done;
    }

    CompletableFuture<Integer> expireProducers(Partition partition, long beforeMs) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        writer.submit(new ShardTask.ExpireProducers(partition, beforeMs, done));
        return done;
    }

    /// See [ShardIndex#scan]; the newest runs may not be in the index yet.
    public void scanRuns(PartitionKey key, long fromOffset, Predicate<Run> visitor) {
        index.scan(key, fromOffset, visitor);
    }

    /// Sealed segments of its log, oldest first.
    public List<CommitLog.SealedSegment> sealedSegments() {
        return log.sealed();
    }

    /// The last run of a partition on this disk, but for the newest that are not in the index yet.
    public @Nullable Run lastRun(PartitionKey key) {
        return index.lastRun(key);
    }

    /// Position where the active segment begins.
    public long activeBase() {
        return log.activeBase();
    }

    /// Bytes in the active segment.
    public long activeBytes() {
        return log.end() - log.activeBase();
    }

    /// Seals the active segment, if it holds anything.
    ///
    /// @return whether it was; false if there is no room for another
    public CompletableFuture<Boolean> seal() {
        return roll();
    }

    CompletableFuture<Boolean> roll() {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new ShardTask.Roll(done));
        return done;
    }

    /// Hands what the writer has gathered to the index; false if the index does not take it.
    public CompletableFuture<Boolean> feedIndex() {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new ShardTask.FeedIndex(done));
        return done;
    }

    CompletableFuture<Boolean> forgetSegment(long base) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        writer.submit(new ShardTask.ForgetSegment(base, done));
        return done;
    }

    /// Reads log bytes into `target`, which it fills; platform threads only.
    public void read(long position, ByteBuffer target) throws IOException {
        log.read(position, target);
    }

    /// See [ShardIndex#firstByCumulativeTimestamp]; the newest runs may not be in the index yet.
    public @Nullable Run firstByCumulativeTimestamp(PartitionKey key, long timestampMs) {
        return index.firstByCumulativeTimestamp(key, timestampMs);
    }

    /// See [ShardIndex#lastOfEpochAtMost]; the newest runs may not be in the index yet.
    public @Nullable Run lastOfEpochAtMost(PartitionKey key, int epoch) {
        return index.lastOfEpochAtMost(key, epoch);
    }

    /// Whether all that a partition holds, as far as the index knows, lies in one piece.
    public boolean hasOneRun(PartitionKey key) {
        Run last = index.lastRun(key);
        return last != null && last.equals(index.firstRun(key));
    }

    /// Bytes of a partition's records in this shard, but for the newest that are not in the index
    /// yet.
    public long sizeOf(PartitionKey key) {
        Run first = index.firstRun(key);
        Run last = index.lastRun(key);
        return first == null || last == null
                ? 0
                : last.cumulativeBytes() - first.cumulativeBytes() + first.length();
    }

    /// Partitions that hold something, or once did and still exist.
    public List<PartitionKey> partitions() {
        List<PartitionKey> keys = new ArrayList<>();
        index.partitions(keys::add);
        return keys;
    }

    /// Name of the file that a position lies in, for error messages.
    public String describe(long position) {
        return "shard %d, segment %020d.log, position %d"
                .formatted(id, log.segmentOf(position), position);
    }

    /// True until a write failed; then only reads go on, until the process is started again.
    public boolean isWritable() {
        return writer.isRunning();
    }

    /// What its writer has done.
    public AppendCounters appended() {
        return writer.counters();
    }

    /// Segments of its log, the active one too.
    public int segments() {
        return log.sealed().size() + 1;
    }

    public long sizeOnDisk() throws IOException {
        return log.sizeOnDisk();
    }

    public long logEnd() {
        return log.end();
    }

    public long logStartPosition() {
        return log.start();
    }

    /// The log is committed up to here at least.
    public long appliedPosition() {
        return index.appliedPosition();
    }

    /// Appends what is queued, hands everything to the index, and stops.
    @Override
    public void close() throws IOException {
        resign();
        writer.close();
        log.close();
    }
}
