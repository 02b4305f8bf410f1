package io.quafka.storage.node;

import io.quafka.controller.Metadata;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.Decision;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.coordinator.CoordinatorConfig;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.tier.TieringConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// Three storage nodes in this process, which call each other, and the controller's decisions. A
/// shard that all three have holds the one partition of each topic.
final class ReplicatedCluster implements AutoCloseable {
    static final int NODES = 3;
    static final int READ_BYTES = 8 << 20;

    private static final long ANSWER_MAX_S = 20;
    private static final LogOptions SMALL_SEGMENTS = new LogOptions(1 << 20, 256 << 10, 0, true, 4);

    private final Path directory;
    private final DecidedMetadata metadata = new DecidedMetadata();
    private final Map<Integer, LocalStorageNode> nodes = new ConcurrentHashMap<>();
    private final AtomicLong producerIds = new AtomicLong(1_000);
    private final @Nullable TieringConfig tiering;
    private volatile IntConsumer copying = _ -> {};

    /// As the controller's leader has it, all changes seen at once by everybody.
    private static final class DecidedMetadata implements Metadata {
        private final List<BiConsumer<ClusterImage, ClusterImage>> listeners =
                new CopyOnWriteArrayList<>();
        private volatile ClusterImage image = ClusterImage.EMPTY;

        synchronized long decide(Command<?> command) {
            ClusterImage before = image;
            Decision decision =
                    ControllerLogic.decide(
                            before, command, IdSource.from(new Uuid(7, before.version())));
            image = decision.applyTo(before);
            listeners.forEach(listener -> listener.accept(before, image));
            return image.version();
        }

        @Override
        public ClusterImage image() {
            return image;
        }

        @Override
        public CompletableFuture<ClusterImage> awaitVersion(long version) {
            return CompletableFuture.completedFuture(image);
        }

        @Override
        public AutoCloseable subscribe(BiConsumer<ClusterImage, ClusterImage> listener) {
            listeners.add(listener);
            listener.accept(ClusterImage.EMPTY, image);
            return () -> listeners.remove(listener);
        }
    }

    private final class Peers implements StoragePeers {
        private final int self;

        Peers(int self) {
            this.self = self;
        }

        @Override
        public @Nullable StorageNode node(int id) {
            LocalStorageNode node = nodes.get(id);
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
            return CompletableFuture.completedFuture(decide(wish));
        }

        @Override
        public CompletableFuture<Long> newProducerId() {
            return CompletableFuture.completedFuture(producerIds.getAndIncrement());
        }
    }

    ReplicatedCluster(Path directory) throws Exception {
        this(directory, null);
    }

    /// Tiers to a store, if there is one.
    ReplicatedCluster(Path directory, @Nullable TieringConfig tiering) throws Exception {
        this.tiering = tiering;
        this.directory = directory;
        decide(new Command.FormCluster("cluster"));
        decide(
                new Command.AlterConfigs(
                        Map.of(
                                new ConfigResource(ConfigResource.Type.BROKER, ""),
                                List.of(
                                        new ConfigChange(
                                                "storage.replication.factor.max",
                                                ConfigOp.SET,
                                                "3"))),
                        false,
                        false));
        for (int id = 1; id <= NODES; id++) {
            start(id);
        }
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
                        SMALL_SEGMENTS,
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

    /// Has the partition begin at an offset.
    void deleteRecords(Topic topic, long before) throws Exception {
        DeleteRecordsRequestData request = new DeleteRecordsRequestData();
        request.topics()
                .add(
                        new DeleteRecordsRequestData.DeleteRecordsTopic()
                                .setName(topic.name())
                                .setPartitions(
                                        List.of(
                                                new DeleteRecordsRequestData
                                                                .DeleteRecordsPartition()
                                                        .setPartitionIndex(0)
                                                        .setOffset(before))));
        var _ =
                node(state(topic).leader())
                        .deleteRecords(request)
                        .get(ANSWER_MAX_S, TimeUnit.SECONDS);
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
        return directoryOf(node).resolve("shard-" + state(topic).id());
    }

    PartitionProduceResponse produce(Topic topic, ByteBuffer batch) throws Exception {
        ProduceRequestData request = new ProduceRequestData().setAcks((short) -1);
        request.topicData()
                .add(
                        new ProduceRequestData.TopicProduceData()
                                .setTopicId(topic.id())
                                .setPartitionData(
                                        List.of(
                                                new ProduceRequestData.PartitionProduceData()
                                                        .setIndex(0)
                                                        .setRecords(
                                                                MemoryRecords.readableRecords(
                                                                        batch)))));
        LocalStorageNode leader = nodes.get(state(topic).leader());
        if (leader == null) {
            return new PartitionProduceResponse().setErrorCode(Errors.LEADER_NOT_AVAILABLE.code());
        }
        return leader.produce(request)
                .get(ANSWER_MAX_S, TimeUnit.SECONDS)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst();
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

    /// `offset=value` of each record that the partition's leader has from an offset on.
    List<String> read(Topic topic, long offset) throws Exception {
        List<String> all = new ArrayList<>();
        while (true) {
            FetchReply reply =
                    node(state(topic).leader())
                            .fetch(
                                    NodeUnderTest.fetchRequest(
                                            topic, 0, offset + all.size(), 1 << 20, 1, 0))
                            .get(ANSWER_MAX_S, TimeUnit.SECONDS);
            NodeUnderTest.Fetched fetched = NodeUnderTest.fetched(reply);
            if (fetched.error() != Errors.NONE) {
                throw new AssertionError("fetch at " + (offset + all.size()) + ": " + fetched);
            }
            if (fetched.values().isEmpty()) {
                return all;
            }
            all.addAll(fetched.values());
        }
    }

    @Override
    public void close() throws Exception {
        for (LocalStorageNode node : nodes.values()) {
            node.close();
        }
    }
}
