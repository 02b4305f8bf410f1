package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.storage.batch.BatchValidator;
import io.quafka.storage.index.Index;
import io.quafka.storage.shard.IndexAheadException;
import io.quafka.storage.shard.Shard;
import io.quafka.wire.BufferPool;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

/// The storage node of this process.
///
/// Its threads: one writer per shard, a few readers, one timer for waiting fetches, one
/// housekeeper. Requests are taken on any thread and validated there.
public final class LocalStorageNode implements StorageNode, AutoCloseable {
    /// Reads that may wait for a reader; beyond, a fetch is answered empty and other queries fail.
    static final int READS_WAITING_MAX = 20_000;

    private final StorageConfig config;
    private final InstantSource clock;
    private final DirectoryLock lock;
    private final Index index;
    private final Shards shards;
    private final ThreadPoolExecutor readers;
    private final ScheduledThreadPoolExecutor timer;
    private final BatchValidator validator = new BatchValidator();
    private final FetchCall.Environment fetches;
    private final OffsetCalls offsets;
    private final AdminCalls admin;
    private final Housekeeper housekeeper;
    private final ShardOpener opener;
    private final AutoCloseable subscription;

    private LocalStorageNode(
            StorageConfig config,
            int nodeId,
            Metadata metadata,
            DirectoryLock lock,
            Index index,
            InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.lock = lock;
        this.index = index;
        this.shards = new Shards(nodeId, metadata);
        this.readers = readers(config.readers());
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("quafka-fetch-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        BufferPool buffers = new BufferPool(config.readBufferBytes());
        this.fetches =
                new FetchCall.Environment(shards, new PartitionReader(buffers), readers, timer);
        this.offsets = new OffsetCalls(shards, new OffsetQueries(buffers));
        this.admin = new AdminCalls(shards, config.directory());
        this.housekeeper = new Housekeeper(shards, index, config, clock);
        this.opener = new ShardOpener(nodeId, config, index, shards, housekeeper, clock);
        this.subscription = metadata.subscribe(housekeeper::imageChanged);
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
        Files.createDirectories(config.directory());
        DirectoryLock lock = DirectoryLock.acquire(config.directory());
        try {
            IndexRecovery recovery = new IndexRecovery(config);
            try {
                return open(config, nodeId, metadata, lock, recovery.open(), clock);
            } catch (IndexAheadException e) {
                return open(config, nodeId, metadata, lock, recovery.rebuild(e), clock);
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
            DirectoryLock lock,
            Index index,
            InstantSource clock)
            throws IOException, InterruptedException {
        LocalStorageNode node = new LocalStorageNode(config, nodeId, metadata, lock, index, clock);
        try {
            node.opener.openShards(metadata.image());
        } catch (IOException | InterruptedException | RuntimeException e) {
            node.stop();
            throw e;
        }
        node.housekeeper.start();
        return node;
    }

    /// Opens shards that the controller gave this node since; [#open] did so for those it knew of.
    public void openShards(ClusterImage image) throws IOException, InterruptedException {
        opener.openShards(image);
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

    @Override
    public CompletableFuture<ProduceResponseData> produce(ProduceRequestData request) {
        return new ProduceCall(shards, validator, clock.millis()).run(request);
    }

    @Override
    public CompletableFuture<FetchReply> fetch(FetchRequestData request) {
        return new FetchCall(fetches, request).run();
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
    public CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request) {
        return read(() -> admin.describeLogDirs(request));
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
        try {
            subscription.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
        housekeeper.close();
        timer.shutdownNow();
        readers.shutdown();
        for (Shard shard : shards.all()) {
            shard.close();
        }
        index.close();
    }
}
