package io.quafka.storage.tier;

import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectIndex;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.TieredPartition;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Opens a partition's ranges for reading, one after the other. Used by one thread.
final class RangeSource {
    private final Shard shard;
    private final PartitionKey key;
    private final StoreCleaning environment;
    private final ObjectReader reader;
    private final Pace pace;
    private final int bufferBytes;

    /// Of the object that was opened last: ranges that follow each other may share one.
    private @Nullable ObjectIndex index;

    private long object = -1;

    /// @param bufferBytes asked for at once, and of memory outside the heap
    RangeSource(
            Shard shard, PartitionKey key, StoreCleaning environment, Pace pace, int bufferBytes) {
        this.shard = shard;
        this.key = key;
        this.environment = environment;
        this.reader = new ObjectReader(environment.store());
        this.pace = pace;
        this.bufferBytes = bufferBytes;
    }

    /// @throws ObjectDamagedException if the object is damaged, or lacks the range
    ObjectScan open(TieredRange range) throws IOException {
        List<Block> blocks = blocks(range);
        String name = indexOf(range).key();
        return new ObjectScan(reader, name, blocks, bufferBytes, pace::spend);
    }

    List<Block> blocks(TieredRange range) throws IOException {
        return ObjectMerge.blocksOf(
                indexOf(range), new TieredPartition(key.topicId(), key.partition()), range);
    }

    private ObjectIndex indexOf(TieredRange range) throws IOException {
        ObjectIndex known = index;
        if (known != null && object == range.object()) {
            return known;
        }
        TieredObject found = find(range.object());
        ObjectIndex read = reader.index(environment.names().key(found), found.size());
        index = read;
        object = range.object();
        return read;
    }

    private TieredObject find(long number) throws IOException {
        TieredObject found = shard.manifest().object(ObjectState.HELD, number);
        if (found == null) {
            throw new IOException(
                    "object %d of shard %d expired while its ranges were compacted"
                            .formatted(number, shard.id()));
        }
        return found;
    }
}
