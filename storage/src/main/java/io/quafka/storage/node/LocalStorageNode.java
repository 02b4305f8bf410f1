package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.retention.DiskReport;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.TransactionVerifier;
import io.quafka.storage.batch.BatchValidator;
import io.quafka.storage.coordinator.Coordinators;
import io.quafka.storage.index.Index;
import io.quafka.storage.shard.IndexAheadException;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.TopicSpaces;
import io.quafka.storage.tier.CleaningFigures;
import io.quafka.storage.tier.ObjectSpace;
import io.quafka.storage.tier.Tierer;
import io.quafka.storage.tier.TieringConfig;
import io.quafka.storage.tier.TieringFigures;
import io.quafka.wire.BufferPool;
import io.quafka.wire.LatencyHistogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// The storage node of this process.
///
/// Its threads: one writer per shard, a few readers, one timer for waiting fetches, one
/// housekeeper, one cleaner, one that tiers where there is an object store; and those of the
/// [Coordinators]. Requests are taken on any thread and validated there.
public final class LocalStorageNode implements StorageNode, AutoCloseable {
    /// Reads that may wait for a reader; beyond, a fetch is answered empty and other queries fail.
    static final int READS_WAITING_MAX = 20_000;

    /// Followers' fetches have this part of what readers have, beside it.
    private static final int REPLICAS_PART = 4;

    private final StorageConfig config;
    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Index index;
    private final Shards shards;
    private final TopicSpaces spaces = new TopicSpaces();
    private final DiskKeeper disk;
    private final ThreadPoolExecutor readers;
    private final ScheduledThreadPoolExecutor timer;
    private final BatchValidator validator = new BatchValidator();
    private final ReadMemory memory;
    private final FetchCall.Environment fetches;
    private final OffsetCalls offsets;
    private final AdminCalls admin;
    private final MarkerCalls markers;
    private final Housekeeper housekeeper;
    private final LogCleaner cleaner;
    private final ShardOpener opener;
    private final Coordinators coordinators;
    private final @Nullable Tierer tierer;
    private final AutoCloseable subscription;
    private final @Nullable Replicas replicas;
    private final SnapshotCalls snapshots;
    private final Admission admission;
    private volatile @Nullable TransactionVerifier verifier;

    /// What is there before the node.
    private record Opened(DirectoryLock lock, Index index, ObjectSpace objects) {}

    private LocalStorageNode(
            StorageConfig config,
            int nodeId,
            Metadata metadata,
            @Nullable StoragePeers peers,
            Opened opened,
            InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.lock = opened.lock;
        this.index = opened.index;
        this.shards = new Shards(nodeId, metadata);
        this.readers = readers(config.readers());
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("quafka-fetch-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        this.memory = new ReadMemory(new BufferPool(config.readBufferBytes()));
        HistoryLookup history = new HistoryLookup(shards);
        this.fetches =
                new FetchCall.Environment(
                        shards,
                        new PartitionReader(memory),
                        history,
                        memory,
                        readers,
                        timer,
                        new BufferPool(config.readBufferBytes() / REPLICAS_PART),
                        new LatencyHistogram());
        this.snapshots = new SnapshotCalls(fetches);
        this.offsets =
                new OffsetCalls(
                        shards,
                        new OffsetQueries(new BufferPool(BufferPool.BUFFER_BYTES_MAX)),
                        history);
        this.admin = new AdminCalls(shards, config.directory());
        this.cleaner = new LogCleaner(shards, config.compaction(), config.tiering() != null, clock);
        this.disk = new DiskKeeper(nodeId, shards, spaces, index, config, opened.objects, clock);
        this.housekeeper = new Housekeeper(shards, disk, config, clock);
        this.admission = new Admission(spaces, housekeeper::hurry);
        this.opener = new ShardOpener(nodeId, config, index, shards, spaces, housekeeper, clock);
        this.coordinators =
                new Coordinators(
                        nodeId,
                        metadata,
                        new NodeLogs(shards),
                        readers,
                        config.coordinators(),
                        clock,
                        peers == null ? null : new Cluster(nodeId, peers));
        TieringConfig tiering = config.tiering();
        this.tierer =
                tiering == null
                        ? null
                        : new Tierer(
                                tiering,
                                shards::all,
                                shards::image,
                                opened.objects,
                                config.compaction().keysBytes(),
                                clock);
        this.verifier = coordinators.verifier();
        this.markers = new MarkerCalls(shards, coordinators, clock);
        this.replicas =
                peers == null
                        ? null
                        : new Replicas(
                                nodeId,
                                metadata,
                                new Cluster(nodeId, peers),
                                shards,
                                opener,
                                new ReplicaCopier(
                                        nodeId,
                                        metadata,
                                        peers,
                                        opener,
                                        config.copyBytesPerSecond()),
                                coordinators::shardsOpened);
        this.subscription =
                metadata.subscribe((previous, next) -> {
                    housekeeper.imageChanged(previous, next);
                    if (replicas != null) {
                        replicas.imageChanged();
                    }
                });
    }

    /// What tiering has done: nothing where there is no object store.
    public TieringFigures tiering() {
        return tierer == null ? TieringFigures.NONE : tierer.figures();
    }

    /// The other nodes, and this one.
    private final class Cluster implements StoragePeers {
        private final int self;
        private final StoragePeers others;

        Cluster(int self, StoragePeers others) {
            this.self = self;
            this.others = others;
        }

        @Override
        public @Nullable StorageNode node(int id) {
            return id == self ? LocalStorageNode.this : others.node(id);
        }

        @Override
        public CompletableFuture<Long> alterInSync(Command.AlterInSync wish) {
            return others.alterInSync(wish);
        }

        @Override
        public CompletableFuture<Long> newProducerId() {
            return others.newProducerId();
        }
    }

    private static ThreadPoolExecutor readers(int threads) {
        return new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(READS_WAITING_MAX),
                Thread.ofPlatform().daemon().name("quafka-reader-", 0).factory());
    }

    /// Loads ahead of opening what that takes longest for. Any thread.
    ///
    /// @param directory the node's
    public static void prepare(Path directory) throws IOException {
        Index.prepare(IndexRecovery.directory(directory));
    }

    /// Opens the node's directory and the shards that the image says it leads, recovering what a
    /// crash left.
    ///
    /// @param nodeId the id that the controller gave this node
    /// @param metadata at or past the version at which the node registered: topics that it does not
    ///   have are gone for good
    /// @throws DirectoryInUseException if another process has the directory
    public static LocalStorageNode open(
            StorageConfig config, int nodeId, Metadata metadata, InstantSource clock)
            throws IOException, InterruptedException {
        return open(config, nodeId, metadata, null, clock);
    }

    /// As the other, for a node that coordinates transactions too.
    ///
    /// @param peers null where it does not
    public static LocalStorageNode open(
            StorageConfig configured,
            int nodeId,
            Metadata metadata,
            @Nullable StoragePeers peers,
            InstantSource clock)
            throws IOException, InterruptedException {
        Files.createDirectories(configured.directory());
        long target = DiskKeeper.target(configured, metadata.image());
        ObjectSpace objects =
                ObjectSpace.open(configured.tiering(), configured.directory(), target);
        StorageConfig config =
                fitted(configured, target - objects.limit(), nodeId, metadata.image());
        DirectoryLock lock = DirectoryLock.acquire(config.directory());
        try {
            IndexRecovery recovery = new IndexRecovery(config);
            try {
                Opened opened = new Opened(lock, recovery.open(), objects);
                return open(config, nodeId, metadata, peers, opened, clock);
            } catch (IndexAheadException e) {
                Opened opened = new Opened(lock, recovery.rebuild(e), objects);
                return open(config, nodeId, metadata, peers, opened, clock);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static LocalStorageNode open(
            StorageConfig config,
            int nodeId,
            Metadata metadata,
            @Nullable StoragePeers peers,
            Opened opened,
            InstantSource clock)
            throws IOException, InterruptedException {
        LocalStorageNode node =
                new LocalStorageNode(config, nodeId, metadata, peers, opened, clock);
        try {
            node.opener.discardStrangers(metadata.image());
            node.opener.openShards(metadata.image());
        } catch (IOException | InterruptedException | RuntimeException e) {
            node.stop();
            throw e;
        }
        node.housekeeper.start();
        node.cleaner.start();
        node.coordinators.start();
        if (node.replicas != null) {
            node.replicas.start();
        }
        if (node.tierer != null) {
            node.tierer.start();
        }
        return node;
    }

    private static StorageConfig fitted(
            StorageConfig config, long bytes, int nodeId, ClusterImage image) {
        int led = 0;
        for (ShardState state : image.shards().values()) {
            led += state.replicas().contains(nodeId) ? 1 : 0;
        }
        return config.withLog(config.log().fittedTo(bytes, led));
    }

    LogCleaner cleaner() {
        return cleaner;
    }

    /// Opens shards that the controller gave this node since; [#open] did so for those it knew of.
    public void openShards(ClusterImage image) throws IOException, InterruptedException {
        opener.openShards(image);
        coordinators.shardsOpened();
    }

    /// From now on, a transaction's first batch in a partition is appended only if its coordinator
    /// knows of it. Until this is called, all are.
    public void verifyTransactions(TransactionVerifier coordinators) {
        verifier = coordinators;
    }

    /// From now on, shards of several replicas are led only while a lease holds: until then, the
    /// controller cannot have given them to others. Until this is called, it always does.
    public void leaseBy(BooleanSupplier held) {
        shards.leaseBy(held);
    }

    /// True once every shard that the image says this node leads is open and takes writes.
    public boolean isReady() {
        ClusterImage image = shards.image();
        for (ShardState state : image.shards().values()) {
            if (state.leader() == opener.nodeId()) {
                Shard shard = shards.get(state.id());
                if (shard == null || !shard.isWritable()) {
                    return false;
                }
            }
        }
        return true;
    }

    /// What recovery found, a report per shard.
    public List<Shard> shards() {
        return List.copyOf(shards.all());
    }

    /// What it has done and holds. Asks the file system for sizes: not for hot paths.
    public StorageFigures figures() {
        int failed = 0;
        int segments = 0;
        long groups = 0;
        long appends = 0;
        long bytes = 0;
        long nanos = 0;
        LatencyHistogram.Figures syncs = LatencyHistogram.Figures.NONE;
        long records = 0;
        long onDisk = 0;
        for (Shard shard : shards.all()) {
            failed += shard.isWritable() ? 0 : 1;
            segments += shard.segments();
            groups += shard.appended().groups();
            appends += shard.appended().appends();
            bytes += shard.appended().bytes();
            nanos += shard.appended().nanos();
            syncs = syncs.plus(shard.appended().syncs());
            records += shard.appended().records();
            onDisk = onDisk < 0 ? onDisk : onDisk + sizeOnDisk(shard);
        }
        return new StorageFigures(
                shards.all().size(),
                failed,
                groups,
                appends,
                bytes,
                nanos,
                syncs,
                records,
                Math.max(-1, onDisk),
                segments,
                memory.bytesRead(),
                memory.capacity(),
                memory.inUse(),
                memory.waiting(),
                fetches.latencies().figures(),
                cleaner.figures().plus(tierer == null ? CleaningFigures.NONE : tierer.cleaning()));
    }

    /// How its disk is, for the controller; null where the disk does not tell.
    public @Nullable DiskReport diskReport() {
        return disk.report();
    }

    /// Bytes of a topic's records on this node.
    long held(Uuid topicId) {
        return spaces.of(topicId).live();
    }

    /// The disk as last measured, some moments ago.
    public DiskFigures disk() {
        return disk.figures().withHeldBack(admission.throttled(), admission.refused());
    }

    /// True while fetches wait for memory to read into: readers that hold theirs cost others.
    public boolean isReadMemoryScarce() {
        return memory.waiting() > 0;
    }

    private static long sizeOnDisk(Shard shard) {
        try {
            return shard.sizeOnDisk();
        } catch (IOException _) {
            return Long.MIN_VALUE;
        }
    }

    ReadMemory readMemory() {
        return memory;
    }

    @Override
    public CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        return new ProduceCall(shards, validator, admission, verifier, clock.millis()).run(request);
    }

    @Override
    public CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        if (ReplicaMessages.isSnapshots(request)) {
            return snapshots.run(request);
        }
        return ReplicaMessages.isReplicas(request)
                ? new ReplicaFetchCall(fetches, request).run()
                : new FetchCall(fetches, request).run();
    }

    @Override
    public CompletableFuture<ListOffsetsResponseData> listOffsets(ListOffsetsRequestData request) {
        return read(() -> offsets.listOffsets(request));
    }

    @Override
    public CompletableFuture<OffsetForLeaderEpochResponseData> offsetForLeaderEpoch(
            OffsetForLeaderEpochRequestData request) {
        return read(() -> offsets.offsetForLeaderEpoch(request));
    }

    @Override
    public CompletableFuture<DeleteRecordsResponseData> deleteRecords(
            DeleteRecordsRequestData request) {
        return read(() -> admin.deleteRecords(request)).thenCompose(done -> done);
    }

    @Override
    public CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request) {
        return read(() -> admin.describeProducers(request)).thenCompose(done -> done);
    }

    @Override
    public CompletableFuture<WriteTxnMarkersResponseData> writeTxnMarkers(
            WriteTxnMarkersRequestData request) {
        return markers.write(request);
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        return read(() -> admin.describeLogDirs(request));
    }

    @Override
    public CompletableFuture<ApiMessage> coordinate(CoordinatorCall call) {
        return coordinators.coordinate(call);
    }

    private <T> CompletableFuture<T> read(Supplier<T> query) {
        try {
            return CompletableFuture.supplyAsync(query, readers);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Finishes what is queued, makes the index durable, and gives the directory up. Requests that
    /// come later fail.
    @Override
    public void close() throws IOException {
        stop();
        lock.close();
    }

    private void stop() throws IOException {
        coordinators.close();
        try {
            subscription.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
        if (replicas != null) {
            replicas.close();
        }
        for (Shard shard : shards.all()) {
            shard.resign();
        }
        if (tierer != null) {
            tierer.close();
        }
        cleaner.close();
        housekeeper.close();
        timer.shutdownNow();
        readers.shutdown();
        for (Shard shard : shards.all()) {
            shard.close();
        }
        snapshots.close();
        index.close();
    }
}
