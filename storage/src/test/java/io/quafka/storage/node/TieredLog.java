package io.quafka.storage.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.History;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.tier.ObjectNames;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.PartitionBlocks;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// What a node that tiers and its store hold together.
final class TieredLog {
    private final NodeUnderTest node;
    private final ObjectStore store;

    TieredLog(NodeUnderTest node, ObjectStore store) {
        this.node = node;
        this.store = store;
    }

    Partition partition(Topic topic, int index) {
        return shard().partition(new PartitionKey(topic.id(), index));
    }

    Shard shard() {
        return node.node().shards().getFirst();
    }

    /// Everything of a partition from its start on, as `offset=value`, and how much of it came from
    /// objects.
    record Content(List<String> values, int fromObjects) {}

    Content read(Topic topic, int index) throws Exception {
        List<String> values = new ArrayList<>();
        int fromObjects = 0;
        long offset = node.listOffset(topic, index, -2).offset();
        while (true) {
            FetchReply reply =
                    node.node()
                            .fetch(NodeUnderTest.fetchRequest(topic, index, offset, 1 << 20, 1, 0))
                            .get(20, TimeUnit.SECONDS);
            List<String> fetched;
            try {
                PartitionData data = reply.data().responses().getFirst().partitions().getFirst();
                assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NONE);
                History history = History.take(data);
                fetched =
                        StoredBatches.read(
                                history == null
                                        ? ((MemoryRecords) data.records()).buffer()
                                        : readObject(history));
                fromObjects += history == null ? 0 : fetched.size();
            } finally {
                reply.release().run();
            }
            if (fetched.isEmpty()) {
                return new Content(values, fromObjects);
            }
            for (String value : fetched) {
                if (offsetOf(value) >= offset) {
                    values.add(value);
                }
            }
            offset = offsetOf(fetched.getLast()) + 1;
        }
    }

    private static long offsetOf(String value) {
        return Long.parseLong(value.substring(0, value.indexOf('=')));
    }

    private ByteBuffer readObject(History history) throws Exception {
        ObjectReader reader = new ObjectReader(store);
        History.Piece piece = history.pieces().getFirst();
        PartitionBlocks blocks =
                reader.index(piece.key(), piece.size())
                        .find(new TieredPartition(history.topicId(), history.partition()));
        Block block = requireNonNull(requireNonNull(blocks).find(history.from()));
        ByteBuffer bytes = ByteBuffer.allocate(block.length());
        reader.readBlock(piece.key(), block, bytes);
        return bytes.flip();
    }

    /// The objects that hold records.
    Set<String> keysInStore() throws Exception {
        Set<String> keys = new TreeSet<>();
        String after = null;
        do {
            var page = store.list("", after);
            page.objects().stream()
                    .map(ObjectInfo::key)
                    .filter(key -> key.contains("/shard-"))
                    .forEach(keys::add);
            after = page.next();
        } while (after != null);
        return keys;
    }

    Set<String> keysInManifest() {
        Set<String> keys = new TreeSet<>();
        ObjectNames names = new ObjectNames(node.metadata.image().clusterId(), shard().id());
        shard().manifest()
                .objects(ObjectState.HELD, Integer.MAX_VALUE)
                .forEach(object -> keys.add(names.key(object)));
        return keys;
    }

    /// Nothing is intended or doomed, and the store has what the manifest has.
    boolean isQuiet() throws Exception {
        return shard().manifest().objects(ObjectState.INTENDED, 1).isEmpty()
                && shard().manifest().objects(ObjectState.DOOMED, 1).isEmpty()
                && keysInStore().equals(keysInManifest());
    }
}
