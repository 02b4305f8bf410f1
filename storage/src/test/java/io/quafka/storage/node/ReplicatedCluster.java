package io.quafka.storage.node;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.coordinator.CoordinatorConfig;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.tier.TieringConfig;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.jspecify.annotations.Nullable;

/// Storage nodes in this process, three of them where nothing else is said, which call each other,
/// and the controller's decisions. Each topic has one partition; unless it is told who has it, it
/// lies in a shard that the first three nodes have.
final class ReplicatedCluster implements AutoCloseable {
    private static final int NODES = 3;
    static final int READ_BYTES = 8 << 20;

    private static final long ANSWER_MAX_S = 20;
    static final LogOptions SMALL_SEGMENTS = new LogOptions(1 << 20, 256 << 10, 0, true, 4);

    private final Path directory;
    private final DecidedMetadata metadata = new DecidedMetadata();
    private final Map<Integer, LocalStorageNode> nodes = new ConcurrentHashMap<>();
    private final AtomicLong producerIds = new AtomicLong(1_000);
    private final @Nullable TieringConfig tiering;
    private final LogOptions segments;
    private final int size;

    /// Nodes that nobody reaches, and that reach nobody.
    private final Set<Integer> isolated = ConcurrentHashMap.newKeySet();

    private volatile IntConsumer copying = _ -> {};

    private final class Peers implements StoragePeers {
        private final int self;

        Peers(int self) {
            this.self = self;
        }

        @Override
        public @Nullable StorageNode node(int id) {
            LocalStorageNode node = isolated.contains(self) ? null : reached(id);
            return node == null ? null : seen(node);
        }

        /// Tells of each request of a replica that is made anew.
        private StorageNode seen(LocalStorageNode node) {
            return (StorageNode)
                    Proxy.newProxyInstance(
                            StorageNode.class.getClassLoader(),
                            new Class<?>[] {StorageNode.class},
                            (_, method, arguments) -> {
                                if (arguments.length == 1
                                        && arguments[0] instanceof FetchRequestData request
                                        && ReplicaMessages.isSnapshots(request)) {
                                    copying.accept(self);
                                }
                                try {
                                    return method.invoke(node, arguments);
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
        }

        @Override
        public CompletableFuture<Long> alterInSync(Command.AlterInSync wish) {
            return isolated.contains(self)
                    ? CompletableFuture.failedFuture(new IOException("isolated"))
                    : CompletableFuture.completedFuture(decide(wish));
        }

        @Override
        public CompletableFuture<Long> newProducerId() {
            return CompletableFuture.completedFuture(producerIds.getAndIncrement());
        }
    }

    ReplicatedCluster(Path directory) throws Exception {
        this(directory, NODES, null, SMALL_SEGMENTS);
    }

    /// Tiers to a store.
    ReplicatedCluster(Path directory, TieringConfig tiering) throws Exception {
        this(directory, NODES, tiering, SMALL_SEGMENTS);
    }

    /// @param nodes how many
    /// @param tiering to a store, if there is one
    ReplicatedCluster(
            Path directory, int nodes, @Nullable TieringConfig tiering, LogOptions segments)
            throws Exception {
        this.segments = segments;
        this.size = nodes;
        this.tiering = tiering;
        this.directory = directory;
        decide(new Command.FormCluster("cluster", ClusterConfigs.OF_NEW_CLUSTERS));
        for (int id = 1; id <= size; id++) {
            start(id);
        }
    }

    /// All nodes' ids.
    List<Integer> ids() {
        return IntStream.rangeClosed(1, size).boxed().toList();
    }

    ClusterImage image() {
        return metadata.image();
    }

    /// One that nobody else has.
    long producerId() {
        return producerIds.getAndIncrement();
    }

    long decide(Command<?> command) {
        return metadata.decide(command);
    }

    /// A process on its old disk, if it had one.
    void start(int id) throws Exception {
        start(id, false);
    }

    /// @param fenced whether it takes so long that the controller takes it for silent meanwhile
    void start(int id, boolean fenced) throws Exception {
        decide(
                new Command.RegisterNode(
                        new Uuid(1, id),
                        Set.of(NodeRole.STORAGE),
                        null,
                        new Endpoint("node-" + id, 1),
                        null,
                        1));
        StorageConfig config =
                new StorageConfig(
                        directoryOf(id),
                        segments,
                        IndexOptions.DEFAULTS,
                        READ_BYTES,
                        2,
                        Duration.ofMillis(200),
                        StorageConfig.PRODUCER_EXPIRY,
                        CompactionConfig.DEFAULT,
                        CoordinatorConfig.DEFAULTS,
                        tiering,
                        List.of());
        if (fenced) {
            decide(new Command.FenceNode(id, true));
        }
        nodes.put(
                id,
                LocalStorageNode.open(config, id, metadata, new Peers(id), InstantSource.system()));
        decide(new Command.FenceNode(id, false));
    }

    /// The process ends, and its session too.
    void stop(int id) throws Exception {
        LocalStorageNode node = Objects.requireNonNull(nodes.remove(id));
        decide(new Command.FenceNode(id, true));
        node.close();
        isolated.remove(id);
    }

    /// The process ends, and the controller does not know yet.
    void vanish(int id) throws Exception {
        Objects.requireNonNull(nodes.remove(id)).close();
        isolated.remove(id);
    }

    /// Whatever the node does until it is stopped, nobody hears of it.
    void isolate(int id) {
        isolated.add(id);
    }

    boolean runs(int id) {
        return nodes.containsKey(id);
    }

    private @Nullable LocalStorageNode reached(int id) {
        return isolated.contains(id) ? null : nodes.get(id);
    }

    /// Called with a node's id before each request for a copy of a shard that it sends.
    void onCopying(IntConsumer listener) {
        copying = listener;
    }

    Path directoryOf(int id) {
        return directory.resolve("node-" + id);
    }

    Shard shard(int node, Topic topic) {
        int id = state(topic).id();
        return node(node).shards().stream()
                .filter(shard -> shard.id() == id)
                .findFirst()
                .orElseThrow();
    }

    /// What the partition's leader answers; empty where there is none, or where what it answers is
    /// lost.
    private <T> Optional<T> ask(
            Topic topic, Function<LocalStorageNode, CompletableFuture<T>> question)
            throws InterruptedException {
        int leader = state(topic).leader();
        LocalStorageNode node = reached(leader);
        if (node == null) {
            return Optional.empty();
        }
        try {
            T answer = question.apply(node).get(ANSWER_MAX_S, TimeUnit.SECONDS);
            // It may be another process by now, on a disk that does not know of this.
            return node.equals(reached(leader)) ? Optional.of(answer) : Optional.empty();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException _) {
            return Optional.empty();
        }
    }

    /// Has the partition begin at an offset.
    void deleteRecords(Topic topic, long before) throws Exception {
        if (!tryDeleteRecords(topic, before)) {
            throw new AssertionError("nothing deleted of " + topic.name());
        }
    }

    /// @return whether it is so for sure
    boolean tryDeleteRecords(Topic topic, long before) throws InterruptedException {
        DeleteRecordsRequestData request =
                new DeleteRecordsRequestData()
                        .setTopics(List.of(NodeUnderTest.deletion(topic, 0, before)));
        return ask(topic, node -> node.deleteRecords(request))
                .map(answer -> answer.topics().find(topic.name()).partitions().find(0).errorCode())
                .filter(code -> code == Errors.NONE.code())
                .isPresent();
    }

    LocalStorageNode node(int id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    Topic topic(String name, Map<String, String> configs) {
        return topic(name, List.of(1, 2, 3), configs);
    }

    Topic topic(String name, List<Integer> replicas, Map<String, String> configs) {
        decide(
                new Command.CreateTopics(
                        List.of(
                                new Command.NewTopic(
                                        name, -1, -1, Map.of(0, replicas), configs, false)),
                        false));
        return Objects.requireNonNull(metadata.image().topic(name));
    }

    ShardState state(Topic topic) {
        return Objects.requireNonNull(metadata.image().shardOf(topic, 0));
    }

    /// Has the partition's shard move.
    void move(Topic topic, Integer... replicas) {
        decide(
                new Command.MoveShards(
                        List.of(new Command.ShardMove(state(topic).id(), List.of(replicas)))));
    }

    /// Where a node has, or had, the partition's shard.
    Path directoryOf(int node, Topic topic) {
        return ShardDirectories.of(directoryOf(node), state(topic).id());
    }

    boolean hasOnDisk(int node, int shard) {
        return Files.exists(ShardDirectories.of(directoryOf(node), shard));
    }

    PartitionProduceResponse produce(Topic topic, ByteBuffer batch) throws InterruptedException {
        ProduceRequestData request = NodeUnderTest.produceRequest(topic, 0, batch);
        return ask(topic, node -> node.produce(request))
                .map(answer -> answer.responses().iterator().next().partitionResponses().getFirst())
                .orElseGet(() ->
                        new PartitionProduceResponse()
                                .setErrorCode(Errors.LEADER_NOT_AVAILABLE.code()));
    }

    /// As a client with retries does.
    ///
    /// @return the offset
    long append(Topic topic, String value) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_MAX_S);
        while (true) {
            ByteBuffer batch = StoredBatches.of(System.currentTimeMillis(), value);
            PartitionProduceResponse answer = produce(topic, batch);
            Errors error = Errors.forCode(answer.errorCode());
            if (error == Errors.NONE) {
                return answer.baseOffset();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not taken: " + error + " " + answer.errorMessage());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /// What one fetch brings.
    NodeUnderTest.Fetched fetch(Topic topic, long offset) throws InterruptedException {
        return ask(
                        topic,
                        node ->
                                node.fetch(
                                        NodeUnderTest.fetchRequest(
                                                topic, 0, offset, 1 << 20, 1, 0)))
                .map(NodeUnderTest::fetched)
                .orElseGet(() ->
                        new NodeUnderTest.Fetched(
                                Errors.LEADER_NOT_AVAILABLE, List.of(), new PartitionData()));
    }

    /// `offset=value` of each record that the partition's leader has from an offset on.
    List<String> read(Topic topic, long offset) throws InterruptedException {
        List<String> all = new ArrayList<>();
        while (true) {
            NodeUnderTest.Fetched fetched = fetch(topic, offset + all.size());
            if (fetched.error() != Errors.NONE) {
                throw new AssertionError("fetch at " + (offset + all.size()) + ": " + fetched);
            }
            if (fetched.values().isEmpty()) {
                return all;
            }
            all.addAll(fetched.values());
        }
    }

    /// The partition's first offset, as its leader tells it.
    long logStart(Topic topic) throws InterruptedException {
        return ask(
                        topic,
                        node ->
                                node.listOffsets(
                                        NodeUnderTest.listOffsetsRequest(
                                                topic, 0, ListOffsetsRequest.EARLIEST_TIMESTAMP)))
                .map(answer -> answer.topics().getFirst().partitions().getFirst().offset())
                .orElseThrow();
    }

    @Override
    public void close() throws Exception {
        for (LocalStorageNode node : nodes.values()) {
            node.close();
        }
    }
}
