package io.quafka.storage.tier;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.store.StoreBusyException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One thread that brings a node's sealed segments to the object store, one object at a time, and
/// deletes there what nobody needs. When the store fails it waits, longer each time; produces and
/// fetches go on meanwhile, as long as there is room on the disk.
///
/// The thread is never interrupted, for that would close the files that others read: closing waits
/// for the call to the store that is going on.
public final class Tierer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Tierer.class);

    private final TieringConfig config;
    private final Supplier<Collection<Shard>> shards;
    private final Supplier<ClusterImage> images;
    private final ObjectSpace space;
    private final InstantSource clock;
    private final TieringCounters counters = new TieringCounters();
    private final Map<Integer, ShardTiering> byShard = new ConcurrentHashMap<>();
    private final Backoff backoff;
    private final Thread thread;
    private long lastLocalMs;
    private long lastSweepMs;
    private long lastBackupMs;
    private boolean failing;
    private volatile boolean closed;

    /// @param shards of this node; of those that it follows only local copies are dropped
    /// @param images the cluster's metadata at the moment
    /// @param space of the node's volume, for objects
    public Tierer(
            TieringConfig config,
            Supplier<Collection<Shard>> shards,
            Supplier<ClusterImage> images,
            ObjectSpace space,
            InstantSource clock) {
        this.config = config;
        this.shards = shards;
        this.images = images;
        this.space = space;
        this.clock = clock;
        this.backoff =
                new Backoff(config.retryMin(), config.retryMax(), ThreadLocalRandom.current());
        this.lastSweepMs = clock.millis();
        this.thread = Thread.ofPlatform().daemon().name("quafka-tiering").unstarted(this::loop);
    }

    public void start() {
        thread.start();
    }

    /// Any thread.
    public TieringFigures figures() {
        return counters.figures(
                byShard.values().stream().mapToLong(ShardTiering::backlogBytes).sum(), space);
    }

    private void loop() {
        try {
            while (!closed) {
                await(pass());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return how long to wait for the next
    private Duration pass() throws InterruptedException {
        Duration asked = Duration.ZERO;
        try {
            boolean more = work();
            backoff.succeeded();
            if (failing) {
                failing = false;
                log.atInfo().log("tiering goes on");
            }
            return more ? Duration.ZERO : config.interval();
        } catch (StoreBusyException e) {
            asked = e.retryAfter();
            failed(e);
        } catch (IOException | ExecutionException | RuntimeException e) {
            failed(e);
        }
        return backoff.failed(asked);
    }

    private void failed(Exception e) {
        counters.failures.increment();
        if (!closed) {
            log.atWarn()
                    .setCause(failing ? null : e)
                    .addKeyValue("error", e.toString())
                    .log("tiering failed: tried again later");
            failing = true;
        }
    }

    private boolean work() throws IOException, InterruptedException, ExecutionException {
        space.measureNowAndThen();
        boolean more = false;
        long nowMs = clock.millis();
        boolean local = nowMs - lastLocalMs >= config.localInterval().toMillis();
        boolean backup = nowMs - lastBackupMs >= config.backupInterval().toMillis();
        boolean sweep = nowMs - lastSweepMs >= config.sweepInterval().toMillis();
        Exception first = null;
        for (Shard shard : shards.get()) {
            ShardTiering tiering = byShard.computeIfAbsent(shard.id(), _ -> of(shard));
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
                first = first == null ? e : first;
            }
            // What is in the store is looked after even where nothing more gets there.
            try {
                if (backup) {
                    tiering.backUp(images.get(), nowMs);
                }
                more |= tiering.deleteDoomed();
                if (sweep) {
                    tiering.sweep(nowMs - config.sweepAge().toMillis());
                }
            } catch (IOException | ExecutionException | RuntimeException e) {
                first = first == null ? e : first;
            }
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
                () -> closed,
                space,
                clock);
    }

    private @Nullable TopicSettings settingsOf(Uuid topicId) {
        Topic topic = images.get().topic(topicId);
        return topic == null ? null : topic.settings();
    }

    private synchronized void await(Duration duration) throws InterruptedException {
        if (!closed && duration.isPositive()) {
            wait(Math.max(1, duration.toMillis()));
        }
    }

    /// Waits for what is going on.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
