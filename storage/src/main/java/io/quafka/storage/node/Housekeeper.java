package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.ThreadEnd;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Housekeeping;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One thread that does the chores of all shards of a node: every second what is cheap, every
/// retention interval what goes over all partitions; at once, when topics were deleted.
final class Housekeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeper.class);

    private static final long TICK_MS = 1000;

    /// While a topic is near its budget, or over it.
    private static final long PRESSED_TICK_MS = 100;

    /// Between two looks at the disk at least.
    private static final long HURRY_MS = 20;

    private final Shards shards;
    private final DiskKeeper disk;
    private final StorageConfig config;
    private final InstantSource clock;
    private final List<Housekeeping> chores = new CopyOnWriteArrayList<>();
    private final ReentrantLock rounds = new ReentrantLock();
    private final Thread thread;
    private boolean topicsDeleted = true;
    private volatile boolean hurried;
    private boolean pressed;
    private boolean closed;

    Housekeeper(Shards shards, DiskKeeper disk, StorageConfig config, InstantSource clock) {
        this.shards = shards;
        this.disk = disk;
        this.config = config;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("quafka-housekeeper").unstarted(this::loop);
    }

    void add(Housekeeping shard) {
        shard.askBeforeGrowing(this::mayGrow);
        chores.add(shard);
    }

    /// Nothing is done to a shard any more when this returns. Waits while a round of chores goes
    /// on.
    void remove(int shard) throws InterruptedException {
        rounds.lockInterruptibly();
        try {
            chores.removeIf(chore -> chore.shardId() == shard);
        } finally {
            rounds.unlock();
        }
    }

    /// Counts what is in a directory of no open shard, until [#measureNoMore].
    void measure(Path directory) {
        disk.measure(directory);
    }

    void measureNoMore(Path directory) {
        disk.measureNoMore(directory);
    }

    /// Whether files may grow by so much.
    boolean mayGrow(long bytes) {
        boolean may = disk.mayGrow(bytes);
        if (disk.isLookDue()) {
            hurry();
        }
        return may;
    }

    void start() {
        thread.start();
    }

    /// A topic comes near its budget: look at the disk soon.
    void hurry() {
        if (!hurried) {
            synchronized (this) {
                hurried = true;
                notifyAll();
            }
        }
    }

    /// Follows metadata: deleted topics are dropped soon.
    synchronized void imageChanged(ClusterImage previous, ClusterImage next) {
        if (previous.topicIds().size() > next.topicIds().size()
                || !next.topicIds().keySet().containsAll(previous.topicIds().keySet())) {
            topicsDeleted = true;
            notifyAll();
        }
    }

    private void loop() {
        long lastPass = clock.millis();
        try {
            while (awaitTick()) {
                boolean dropTopics = takeTopicsDeleted();
                boolean pass = clock.millis() - lastPass >= config.retentionInterval().toMillis();
                if (pass) {
                    lastPass = clock.millis();
                }
                pressed = work(dropTopics, pass);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return whether the disk is to be looked at again soon
    private boolean work(boolean dropTopics, boolean pass) throws InterruptedException {
        rounds.lock();
        try {
            return round(dropTopics, pass);
        } finally {
            rounds.unlock();
        }
    }

    private boolean round(boolean dropTopics, boolean pass) throws InterruptedException {
        try {
            for (Housekeeping chore : chores) {
                chore.boundReplay();
            }
            if (dropTopics) {
                dropDeletedTopics();
            }
            for (Housekeeping chore : chores) {
                if (pass) {
                    chore.expire(this::settingsOf);
                    chore.expireProducers(clock.millis() - config.producerExpiry().toMillis());
                }
                if (pass || dropTopics) {
                    chore.reclaim();
                }
            }
            return disk.round(chores);
        } catch (IOException | ExecutionException | RuntimeException e) {
            log.atWarn().setCause(e).log("housekeeping did not finish: tried again later");
            if (dropTopics) {
                noteTopicsDeleted();
            }
            return pressed;
        }
    }

    private @Nullable TopicSettings settingsOf(Uuid topicId) {
        Topic topic = shards.image().topic(topicId);
        return topic == null ? null : topic.settings();
    }

    private void dropDeletedTopics() throws InterruptedException, ExecutionException {
        for (Shard shard : shards.all()) {
            if (!shard.isLeading()) {
                continue;
            }
            shard.feedIndex().get();
            List<PartitionKey> known = shard.partitions();
            // Taken after the partitions: an older image might not have a topic of theirs yet.
            ClusterImage image = shards.image();
            for (PartitionKey key : known) {
                if (!image.topicIds().containsKey(key.topicId())) {
                    shard.drop(shard.partition(key)).get();
                }
            }
        }
    }

    private synchronized boolean awaitTick() throws InterruptedException {
        if (!closed && !topicsDeleted && !hurried) {
            wait(pressed ? PRESSED_TICK_MS : TICK_MS);
        }
        if (!closed && !topicsDeleted && hurried) {
            wait(HURRY_MS);
        }
        hurried = false;
        return !closed;
    }

    private synchronized boolean takeTopicsDeleted() {
        boolean taken = topicsDeleted;
        topicsDeleted = false;
        return taken;
    }

    private synchronized void noteTopicsDeleted() throws InterruptedException {
        wait(TICK_MS);
        topicsDeleted = true;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        ThreadEnd.await(thread);
    }
}
