package io.quafka.storage.tier;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.batch.UncleanableException;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Dirt;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.ShardCompaction;
import io.quafka.tiering.object.ObjectDamagedException;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compacts what of one shard's partitions of compacted topics lies in objects, the dirtiest first.
/// Belongs to the node's merging thread, so that no object is merged while it is compacted.
final class ShardCleaning {
    private static final Logger log = LoggerFactory.getLogger(ShardCleaning.class);

    private static final Comparator<Candidate> DIRTIEST =
            Comparator.comparing((Candidate candidate) -> candidate.dirt.overdue())
                    .thenComparing(candidate -> candidate.dirt.ratio());

    private final Shard shard;
    private final StoreCleaning environment;
    private final Function<Uuid, @Nullable TopicSettings> settings;

    /// Partitions that could not be compacted: left as they are, for as long as this process runs.
    private final Set<PartitionKey> uncleanable = new HashSet<>();

    private volatile CleaningFigures figures = CleaningFigures.NONE;

    private record Candidate(Partition partition, TopicSettings settings, Dirt dirt) {}

    /// @param settings of a topic, null where there is none
    ShardCleaning(
            Shard shard,
            StoreCleaning environment,
            Function<Uuid, @Nullable TopicSettings> settings) {
        this.shard = shard;
        this.environment = environment;
        this.settings = settings;
    }

    /// Any thread.
    CleaningFigures figures() {
        return figures;
    }

    /// Compacts the partition that is worth it most, if any is.
    ///
    /// @return whether there may be more
    boolean cleanNext(Pace pace, long nowMs)
            throws IOException, InterruptedException, ExecutionException {
        Candidate dirtiest = dirtiest(nowMs);
        if (dirtiest == null) {
            return false;
        }
        PartitionKey key = dirtiest.partition.key();
        long began = System.nanoTime();
        try {
            StoreCleaningPass pass =
                    new StoreCleaningPass(
                            dirtiest.partition,
                            dirtiest.dirt,
                            dirtiest.settings.compaction(),
                            nowMs,
                            environment,
                            pace);
            StoreCleaningPass.Result result = pass.run();
            figures = figures.with(result);
            log.atInfo()
                    .addKeyValue("partition", key)
                    .addKeyValue("complete", result.complete())
                    .addKeyValue("from", dirtiest.dirt.from())
                    .addKeyValue("to", result.cleanedTo())
                    .addKeyValue("bytesBefore", result.bytesBefore())
                    .addKeyValue("bytesAfter", result.bytesAfter())
                    .addKeyValue("recordsRead", result.recordsRead())
                    .addKeyValue("recordsKept", result.recordsKept())
                    .addKeyValue("objects", result.objects())
                    .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
                    .log("partition compacted in the store");
            return result.complete();
        } catch (ObjectDamagedException | UncleanableException e) {
            uncleanable.add(key);
            figures = figures.withUncleanable();
            log.atError()
                    .setCause(e)
                    .addKeyValue("partition", key)
                    .log("partition cannot be compacted in the store: left until the next start");
            return true;
        }
    }

    private @Nullable Candidate dirtiest(long nowMs) {
        Candidate found = null;
        for (PartitionKey key : shard.partitions()) {
            TopicSettings topic = settings.apply(key.topicId());
            if (topic == null || !topic.compacted() || uncleanable.contains(key)) {
                continue;
            }
            Partition partition = shard.partition(key);
            if (!ShardCompaction.isInStore(partition, topic.tiered())) {
                continue;
            }
            Dirt dirt = shard.compaction().dirtInStore(partition, topic, nowMs);
            if (dirt != null && dirt.isWorthCleaning()) {
                Candidate candidate = new Candidate(partition, topic, dirt);
                found = found == null || DIRTIEST.compare(found, candidate) < 0 ? candidate : found;
            }
        }
        return found;
    }
}
