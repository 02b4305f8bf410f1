package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.GroupEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A shard's chores, run now and then by the storage node's housekeeper thread: expire records,
/// give disk space back, bound replay.
public final class Housekeeping {
    private static final Logger logger = LoggerFactory.getLogger(Housekeeping.class);

    /// Replay after a crash reads at most about this much log.
    static final long REPLAY_BYTES_MAX = 128L << 20;

    private final Shard shard;
    private final Index index;
    private final ShardIndex shardIndex;
    private final CommitLog log;
    private final Retention retention;
    private final InstantSource clock;
    private final Map<Long, Long> keptByHollowing = new HashMap<>();
    private final Set<Long> cannotHollow = new HashSet<>();

    public Housekeeping(Shard shard, Index index, InstantSource clock) {
        this.shard = shard;
        this.index = index;
        this.shardIndex = shard.index();
        this.log = shard.log();
        this.retention = new Retention(shardIndex);
        this.clock = clock;
    }

    /// Makes the index durable when replay would otherwise grow long.
    public void boundReplay() {
        if (log.end() - shardIndex.durablePosition() >= REPLAY_BYTES_MAX) {
            flushIndex();
        }
    }

    /// The log is forced first: without fsync the index could otherwise be ahead of it.
    private void flushIndex() {
        try {
            log.force();
            index.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Raises log starts as the topics' limits say.
    ///
    /// @param settings of a topic, null where there is none
    /// @return partitions of which something expired
    public int expire(Function<Uuid, @Nullable TopicSettings> settings)
            throws InterruptedException, ExecutionException {
        Map<PartitionKey, Long> starts = new HashMap<>();
        long now = clock.millis();
        shardIndex.partitions(key -> {
            TopicSettings limits = settings.apply(key.topicId());
            if (limits != null) {
                long start = retention.decide(key, limits, now);
                if (start > shardIndex.logStart(key)) {
                    starts.put(key, start);
                }
            }
            return !Thread.currentThread().isInterrupted();
        });
        for (Map.Entry<PartitionKey, Long> entry : starts.entrySet()) {
            Partition partition = shard.partition(entry.getKey());
            shard.raiseLogStart(partition, Math.min(entry.getValue(), partition.committedEnd()))
                    .get();
        }
        return starts.size();
    }

    /// Forgets idempotent producers that were silent since before a time.
    public void expireProducers(long beforeMs) throws InterruptedException, ExecutionException {
        Set<PartitionKey> keys = new HashSet<>();
        shardIndex.partitions(keys::add);
        for (PartitionKey key : keys) {
            if (!shardIndex.producers(key).isEmpty()) {
                shard.expireProducers(shard.partition(key), beforeMs).get();
            }
        }
    }

    /// Gives back the space of sealed segments: whole files where nothing lives, holes where less
    /// than half of what a file holds does. An active segment in which nothing lives is sealed
    /// first.
    public void reclaim() throws IOException, InterruptedException, ExecutionException {
        long activeBase = log.activeBase();
        if (log.end() > activeBase && shard.space().live(activeBase) == 0) {
            shard.roll().get();
        }
        List<CommitLog.SealedSegment> dead = new ArrayList<>();
        List<CommitLog.SealedSegment> mostlyDead = new ArrayList<>();
        for (CommitLog.SealedSegment segment : log.sealed()) {
            long live = shard.space().live(segment.base());
            if (live == 0) {
                dead.add(segment);
            } else if (worthHollowing(segment, live)) {
                mostlyDead.add(segment);
            }
        }
        if (dead.isEmpty() && mostlyDead.isEmpty()) {
            return;
        }
        // What says that these bytes are dead must survive a crash before the bytes may go.
        shard.feedIndex().get();
        flushIndex();
        for (CommitLog.SealedSegment segment : dead) {
            if (segment.end() <= shardIndex.durablePosition()) {
                drop(segment);
            }
        }
        for (CommitLog.SealedSegment segment : mostlyDead) {
            if (segment.end() <= shardIndex.durablePosition()) {
                hollow(segment);
            }
        }
    }

    private void drop(CommitLog.SealedSegment segment)
            throws IOException, InterruptedException, ExecutionException {
        log.drop(segment.base());
        shard.forgetSegment(segment.base()).get();
        keptByHollowing.remove(segment.base());
        logger.atInfo()
                .addKeyValue("shard", shard.id())
                .addKeyValue("segment", segment.base())
                .addKeyValue("bytes", segment.end() - segment.base())
                .log("segment dropped: nothing in it lives");
    }

    private boolean worthHollowing(CommitLog.SealedSegment segment, long live) {
        long held = keptByHollowing.getOrDefault(segment.base(), segment.end() - segment.base());
        return live < held / 2 && !cannotHollow.contains(segment.base());
    }

    private void hollow(CommitLog.SealedSegment segment) {
        try {
            long kept = log.hollow(segment.base(), this::isDead);
            keptByHollowing.put(segment.base(), kept);
            logger.atInfo()
                    .addKeyValue("shard", shard.id())
                    .addKeyValue("segment", segment.base())
                    .addKeyValue("kept", kept)
                    .addKeyValue("of", segment.end() - segment.base())
                    .log("segment hollowed: dead runs given back to the disk");
        } catch (IOException e) {
            cannotHollow.add(segment.base());
            logger.atWarn()
                    .setCause(e)
                    .addKeyValue("shard", shard.id())
                    .addKeyValue("segment", segment.base())
                    .log("segment not hollowed: kept whole until all of it is dead");
        }
    }

    /// A run is dead when the index has no row within it any more: some of its rows may be gone
    /// while others are not. Rows of sealed segments are all in the index by now.
    private boolean isDead(GroupEntry entry) {
        boolean[] dead = {true};
        shardIndex.scan(
                new PartitionKey(entry.topicId(), entry.partition()),
                entry.offset(),
                run -> {
                    dead[0] =
                            run.position() < entry.position()
                                    || run.position() >= entry.position() + entry.length();
                    return dead[0] && run.lastOffset() < entry.lastOffset();
                });
        return dead[0];
    }
}
