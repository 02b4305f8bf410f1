package io.quafka.storage.tier;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Brings a node's sealed segments to the object store, one object at a time, and deletes there
/// what nobody needs: one thread. Another merges small objects meanwhile, where that is asked for,
/// and compacts what of compacted topics lies in objects. When the store fails they wait, longer
/// each time; produces and fetches go on meanwhile, as long as there is room on the disk.
public final class Tierer implements AutoCloseable {
    private final TieringConfig config;
    private final Supplier<Collection<Shard>> shards;
    private final Supplier<ClusterImage> images;
    private final ObjectSpace space;
    private final long keysBytes;
    private final InstantSource clock;
    private final TieringCounters counters = new TieringCounters();

    /// By the shard itself: one that was made anew has the id of what it was before.
    private final Map<Shard, ShardTiering> byShard = new ConcurrentHashMap<>();

    private final Map<Shard, ShardMerging> mergingByShard = new ConcurrentHashMap<>();
    private final Map<Shard, ShardCleaning> cleaningByShard = new ConcurrentHashMap<>();

    /// Nonces of the objects that are being made of others.
    private final Set<Long> mergesUnderWay = ConcurrentHashMap.newKeySet();

    private final StoreLoop uploads;
    private final StoreLoop merges;
    private final Pace mergePace;
    private long lastLocalMs;
    private long lastSweepMs;
    private long lastBackupMs;

    /// @param shards of this node; of those that it follows only local copies are dropped
    /// @param images the cluster's metadata at the moment
    /// @param space of the node's volume, for objects
    /// @param keysBytes memory for the keys of one compaction
    public Tierer(
            TieringConfig config,
            Supplier<Collection<Shard>> shards,
            Supplier<ClusterImage> images,
            ObjectSpace space,
            long keysBytes,
            InstantSource clock) {
        this.config = config;
        this.shards = shards;
        this.images = images;
        this.space = space;
        this.keysBytes = keysBytes;
        this.clock = clock;
        this.uploads =
                new StoreLoop(
                        "tiering", config.interval(), backoff(), counters.failures, this::work);
        Merging merging = config.merging();
        this.merges =
                new StoreLoop(
                        "merging", merging.interval(), backoff(), counters.failures, this::merge);
        this.mergePace = new Pace(Math.max(1, merging.bytesPerSecond()), merges::isClosed);
        this.lastSweepMs = clock.millis();
    }

    public void start() {
        uploads.start();
        if (config.merging().bytesPerSecond() > 0) {
            merges.start();
        }
    }

    /// Any thread.
    public TieringFigures figures() {
        return counters.figures(
                byShard.values().stream().mapToLong(ShardTiering::backlogBytes).sum(), space);
    }

    /// What compaction did to what lies in objects. Any thread.
    public CleaningFigures cleaning() {
        return cleaningByShard.values().stream()
                .map(ShardCleaning::figures)
                .reduce(CleaningFigures.NONE, CleaningFigures::plus);
    }

    private boolean work() throws IOException, InterruptedException, ExecutionException {
        boolean more = false;
        long nowMs = clock.millis();
        boolean local = nowMs - lastLocalMs >= config.localInterval().toMillis();
        boolean backup = nowMs - lastBackupMs >= config.backupInterval().toMillis();
        boolean sweep = nowMs - lastSweepMs >= config.sweepInterval().toMillis();
        Exception first = null;
        byShard.keySet().retainAll(shards.get());
        for (Shard shard : shards.get()) {
            ShardTiering tiering = byShard.computeIfAbsent(shard, this::of);
            // One that fails, as when its disk does, holds up no other.
            try {
                if (local) {
                    tiering.dropLocalCopies(nowMs);
                }
                if (!shard.isLeading()) {
                    continue;
                }
                tiering.sealAged(nowMs, config.sealAfter().toMillis());
                more |= tiering.tierNext();
            } catch (IOException | ExecutionException | RuntimeException e) {
                first = first == null && shard.isLeading() ? e : first;
            }
            // What is in the store is looked after even where nothing more gets there.
            try {
                if (backup) {
                    tiering.backUp(images.get(), nowMs);
                }
                more |= tiering.deleteDoomed(nowMs, config.deleteDelay().toMillis());
                if (sweep) {
                    tiering.sweep(nowMs - config.sweepAge().toMillis());
                }
            } catch (IOException | ExecutionException | RuntimeException e) {
                first = first == null && shard.isLeading() ? e : first;
            }
        }
        if (backup) {
            space.look();
        }
        lastLocalMs = local ? nowMs : lastLocalMs;
        lastBackupMs = backup && first == null ? nowMs : lastBackupMs;
        if (sweep) {
            lastSweepMs = nowMs;
            config.store().sweepUploads(config.sweepAge());
        }
        rethrow(first);
        return more;
    }

    private static void rethrow(@Nullable Exception failure)
            throws IOException, ExecutionException {
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case ExecutionException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    private ShardTiering of(Shard shard) {
        return new ShardTiering(
                shard,
                config.store(),
                new ObjectNames(images.get().clusterId(), shard.id()),
                this::settingsOf,
                counters,
                mergesUnderWay,
                uploads::isClosed,
                space,
                clock);
    }

    private @Nullable TopicSettings settingsOf(Uuid topicId) {
        Topic topic = images.get().topic(topicId);
        return topic == null ? null : topic.settings();
    }

    private boolean merge() throws IOException, InterruptedException, ExecutionException {
        boolean more = false;
        Exception first = null;
        mergingByShard.keySet().retainAll(shards.get());
        cleaningByShard.keySet().retainAll(shards.get());
        for (Shard shard : shards.get()) {
            if (!shard.isLeading()) {
                continue;
            }
            ShardMerging merging = mergingByShard.computeIfAbsent(shard, this::merging);
            try {
                more |= merging.mergeNext(mergePace);
                ShardCleaning cleaning = cleaningByShard.computeIfAbsent(shard, this::cleaning);
                more |= cleaning.cleanNext(mergePace, clock.millis());
            } catch (IOException | ExecutionException | RuntimeException e) {
                first = first == null && shard.isLeading() ? e : first;
            }
        }
        rethrow(first);
        return more;
    }

    private ShardMerging merging(Shard shard) {
        return new ShardMerging(
                shard,
                config.store(),
                new ObjectNames(images.get().clusterId(), shard.id()),
                config.merging().policy(),
                counters,
                mergesUnderWay,
                space,
                merges::isClosed);
    }

    private ShardCleaning cleaning(Shard shard) {
        ObjectNames names = new ObjectNames(images.get().clusterId(), shard.id());
        StoreCleaning environment =
                new StoreCleaning(
                        config.store(), names, mergesUnderWay, space, keysBytes, merges::isClosed);
        return new ShardCleaning(shard, environment, this::settingsOf);
    }

    private Backoff backoff() {
        return new Backoff(config.retryMin(), config.retryMax(), ThreadLocalRandom.current());
    }

    /// Waits for what is going on.
    @Override
    public void close() {
        uploads.close();
        merges.close();
    }
}
