package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.storage.StoragePeers;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.AppendRequest;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.TopicSpaces;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaPullerTest {
    private static final LogOptions LOG = new LogOptions(1 << 20, 256 << 10, 0, true, 4);
    private static final int SELF = 1;
    private static final int LEADER = 2;
    private static final int EPOCH = 1;

    private static final ReplicaPuller.Copies NO_COPIES =
            new ReplicaPuller.Copies() {
                @Override
                public void want(int shard) {}

                @Override
                public boolean isWanted(int shard) {
                    return false;
                }
            };

    @TempDir Path temp;

    private final AtomicInteger released = new AtomicInteger();

    /// What of such an answer was taken already would be written while its memory is another's.
    @Test
    void ofAnAnswerThatDoesNotFitNothingIsTaken() throws Exception {
        try (Index index = Index.open(temp.resolve("index"), IndexOptions.DEFAULTS);
                Shard first = follower(index, 1);
                Shard second = follower(index, 2)) {
            Shards shards = new Shards(SELF, new FixedMetadata(0));
            shards.add(first);
            shards.add(second);
            Queue<List<PartitionData>> answers = new ConcurrentLinkedQueue<>();
            answers.add(List.of(shipped(1)));
            answers.add(List.of(shipped(1), empty(3)));
            answers.add(List.of(shipped(1), empty(2).setRecords(null)));
            answers.add(List.of(shipped(1), empty(2)));
            List<Long> ends = new ArrayList<>();
            StoragePeers peers =
                    new Leader(request -> {
                        synchronized (ends) {
                            ends.add(first.logEnd());
                        }
                        return next(request, answers);
                    });
            try (ReplicaPuller puller = new ReplicaPuller(SELF, LEADER, peers, shards, NO_COPIES)) {
                puller.follow(List.of(state(1), state(2)));
                puller.start();
                await().until(() -> first.logEnd() > 0 && released.get() == 4);
            }
            synchronized (ends) {
                assertThat(ends.subList(0, 4)).containsOnly(0L);
            }
        }
    }

    private Shard follower(Index index, int id) throws Exception {
        Shard shard =
                Shard.open(
                        id,
                        temp.resolve("shard-" + id),
                        index.shard(id),
                        LOG,
                        new TopicSpaces(),
                        new Shard.Origin(0, null, true),
                        InstantSource.system());
        shard.follow(EPOCH);
        return shard;
    }

    private static ShardState state(int id) {
        return new ShardState(id, EPOCH, LEADER, List.of(LEADER, SELF), List.of(LEADER));
    }

    /// In the order in which it was asked; no answer once there is none left.
    private CompletableFuture<FetchReply> next(
            Map<Integer, Integer> places, Queue<List<PartitionData>> answers) {
        List<PartitionData> answer = answers.poll();
        if (answer == null) {
            return new CompletableFuture<>();
        }
        List<PartitionData> ordered = new ArrayList<>(answer);
        ordered.sort((one, other) -> Integer.compare(place(places, one), place(places, other)));
        FetchableTopicResponse topic = new FetchableTopicResponse().setPartitions(ordered);
        return CompletableFuture.completedFuture(
                new FetchReply(
                        new FetchResponseData().setResponses(List.of(topic)),
                        released::incrementAndGet));
    }

    private static int place(Map<Integer, Integer> places, PartitionData answer) {
        return places.getOrDefault(answer.partitionIndex(), Integer.MAX_VALUE);
    }

    private static PartitionData empty(int shard) {
        return new PartitionData().setPartitionIndex(shard).setRecords(MemoryRecords.EMPTY);
    }

    /// A group of another log, as its leader would ship it.
    private PartitionData shipped(int id) throws Exception {
        Path directory = temp.resolve("leader-" + System.nanoTime());
        try (Index index = Index.open(directory.resolve("index"), IndexOptions.DEFAULTS);
                Shard leader =
                        Shard.open(
                                id,
                                directory.resolve("log"),
                                index.shard(id),
                                LOG,
                                new TopicSpaces(),
                                InstantSource.system())) {
            leader.lead(EPOCH);
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            AppendItem item =
                    new AppendItem(
                            leader.partition(new PartitionKey(new Uuid(3, 4), 0)),
                            StoredBatches.of(1000, "value"));
            leader.append(new AppendRequest(List.of(item), 100, () -> done.complete(true)));
            done.get(10, TimeUnit.SECONDS);
            CommitLog.Shippable there = requireNonNull(leader.shippable(0));
            ByteBuffer groups = ByteBuffer.allocateDirect((int) there.bytes());
            leader.read(0, groups);
            return new PartitionData()
                    .setPartitionIndex(id)
                    .setLastStableOffset(there.salt())
                    .setRecords(MemoryRecords.readableRecords(groups.flip()));
        }
    }

    private interface Fetches {
        CompletableFuture<FetchReply> fetch(Map<Integer, Integer> places);
    }

    /// The one other node.
    private record Leader(Fetches fetches) implements StoragePeers {
        @Override
        public @Nullable StorageNode node(int id) {
            return (StorageNode)
                    Proxy.newProxyInstance(
                            StorageNode.class.getClassLoader(),
                            new Class<?>[] {StorageNode.class},
                            (_, method, arguments) -> {
                                assertThat(method.getName()).isEqualTo("fetch");
                                return fetches.fetch(places(arguments));
                            });
        }

        private static Map<Integer, Integer> places(Object[] arguments) {
            var request = (FetchRequestData) arguments[0];
            Map<Integer, Integer> places = new HashMap<>();
            request.topics()
                    .getFirst()
                    .partitions()
                    .forEach(asked -> places.put(asked.partition(), places.size()));
            return places;
        }

        @Override
        public CompletableFuture<Long> alterInSync(Command.AlterInSync wish) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Long> newProducerId() {
            throw new UnsupportedOperationException();
        }
    }
}
