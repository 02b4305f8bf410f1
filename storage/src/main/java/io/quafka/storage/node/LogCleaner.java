package io.quafka.storage.node;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.ThreadEnd;
import io.quafka.storage.batch.UncleanableException;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.shard.Dirt;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.ShardCompaction;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One thread that compacts the partitions of compacted topics, the dirtiest first, at a bounded
/// rate.
///
/// It looks at a partition when something was appended to it, when its topic's settings changed, or
/// when time has made records old enough; partitions that nothing happens to cost nothing.
final class LogCleaner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogCleaner.class);

    private static final Comparator<Candidate> DIRTIEST_FIRST =
            Comparator.comparing((Candidate candidate) -> candidate.dirt.overdue())
                    .thenComparing(candidate -> candidate.dirt.ratio())
                    .reversed();

    private final Shards shards;
    private final CompactionConfig config;
    private final boolean stored;
    private final InstantSource clock;
    private final Thread thread;

    /// When to look at a partition; those that only an append can change are not in it.
    private final Map<Partition, Long> lookAtMs = new HashMap<>();

    /// Partitions that could not be compacted: left alone until the process is started again.
    private final Set<Partition> uncleanable = new HashSet<>();

    private final Set<Shard> known = new HashSet<>();
    private ClusterImage seen = ClusterImage.EMPTY;
    private volatile CompactionFigures figures = CompactionFigures.NONE;
    private volatile boolean closed;

    private record Candidate(Partition partition, Dirt dirt) {}

    /// @param stored whether the node has an object store
    LogCleaner(Shards shards, CompactionConfig config, boolean stored, InstantSource clock) {
        this.shards = shards;
        this.stored = stored;
        this.config = config;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("quafka-cleaner").unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    CompactionFigures figures() {
        return figures;
    }

    private void loop() {
        try {
            while (pause(config.interval().toNanos())) {
                try {
                    round();
                } catch (ExecutionException | RuntimeException e) {
                    log.atWarn().setCause(e).log("compaction did not finish: tried again later");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return false when closed
    private synchronized boolean pause(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        long left = nanos;
        while (!closed && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
        return !closed;
    }

    /// Compacts what is worth it now. On one thread at a time.
    void round() throws InterruptedException, ExecutionException {
        gather();
        List<Candidate> due = due();
        due.sort(DIRTIEST_FIRST);
        figures = figures.with(lookAtMs.size(), uncleanable.size());
        for (Candidate candidate : due) {
            if (closed) {
                return;
            }
            clean(candidate.partition());
        }
    }

    /// Notes the partitions that something happened to.
    private void gather() throws InterruptedException, ExecutionException {
        ClusterImage image = shards.image();
        if (known.retainAll(shards.all())) {
            lookAtMs.keySet().removeIf(partition -> !known.contains(partition.shard()));
        }
        for (Shard shard : shards.all()) {
            Set<PartitionKey> grown = shard.compaction().takeGrown();
            boolean fresh = known.add(shard);
            if (fresh || !grown.isEmpty()) {
                shard.feedIndex().get();
            }
            for (PartitionKey key : fresh ? shard.partitions() : grown) {
                if (settingsOf(key.topicId()) != null) {
                    lookAtMs.put(shard.partition(key), 0L);
                }
            }
        }
        if (image != seen) {
            for (Topic topic : image.topicsByName().values()) {
                Topic before = seen.topic(topic.name());
                if (topic.settings().compacted()
                        && (before == null || !before.settings().equals(topic.settings()))) {
                    noteAll(image, topic);
                }
            }
            seen = image;
        }
    }

    private void noteAll(ClusterImage image, Topic topic) {
        for (int index = 0; index < topic.partitionCount(); index++) {
            if (shards.resolve(image, topic, index) instanceof Resolved.Here here) {
                lookAtMs.put(here.partition(), 0L);
            }
        }
    }

    /// The settings of a compacted topic; null for any other.
    private @Nullable TopicSettings settingsOf(Uuid topicId) {
        Topic topic = shards.image().topic(topicId);
        return topic == null || !topic.settings().compacted() ? null : topic.settings();
    }

    /// As the other; null where objects are compacted, and not runs.
    private @Nullable TopicSettings settingsOf(Partition partition) {
        TopicSettings settings = settingsOf(partition.key().topicId());
        return settings == null || ShardCompaction.isInStore(partition, stored && settings.tiered())
                ? null
                : settings;
    }

    private List<Candidate> due() {
        long now = clock.millis();
        List<Candidate> due = new ArrayList<>();
        for (Iterator<Map.Entry<Partition, Long>> all = lookAtMs.entrySet().iterator();
                all.hasNext() && !closed; ) {
            Map.Entry<Partition, Long> entry = all.next();
            if (entry.getValue() > now) {
                continue;
            }
            Partition partition = entry.getKey();
            Dirt dirt = dirtOf(partition, now);
            if (dirt == null || uncleanable.contains(partition)) {
                all.remove();
            } else if (dirt.isWorthCleaning()) {
                due.add(new Candidate(partition, dirt));
            } else if (dirt.lookAgainMs() == Long.MAX_VALUE) {
                all.remove();
            } else {
                entry.setValue(dirt.lookAgainMs());
            }
        }
        return due;
    }

    private @Nullable Dirt dirtOf(Partition partition, long now) {
        TopicSettings settings = settingsOf(partition);
        return settings == null || partition.isDropped()
                ? null
                : partition.shard().compaction().dirt(partition, settings, now);
    }

    private void clean(Partition partition) throws InterruptedException, ExecutionException {
        long now = clock.millis();
        TopicSettings settings = settingsOf(partition);
        Dirt dirt = dirtOf(partition, now);
        if (settings == null || dirt == null || !dirt.isWorthCleaning()) {
            return;
        }
        long begin = System.nanoTime();
        try {
            CleaningPass pass =
                    new CleaningPass(
                            partition,
                            dirt,
                            settings.compaction(),
                            now,
                            config,
                            bytes -> spend(partition, bytes));
            CleaningPass.Result result = pass.run();
            figures = figures.with(result);
            report(partition, dirt, result, System.nanoTime() - begin);
        } catch (IOException | UncleanableException e) {
            uncleanable.add(partition);
            figures = figures.with(lookAtMs.size(), uncleanable.size());
            log.atError()
                    .setCause(e)
                    .addKeyValue("partition", partition.key())
                    .log("partition cannot be compacted: left as it is until the next start");
        }
    }

    /// Waits as long as these bytes take at the rate there is.
    private boolean spend(Partition partition, long bytes) throws InterruptedException {
        if (partition.isDropped() || settingsOf(partition) == null) {
            return false;
        }
        double seconds = (double) bytes / config.bytesPerSecond();
        return pause((long) (seconds * TimeUnit.SECONDS.toNanos(1)));
    }

    private static void report(
            Partition partition, Dirt dirt, CleaningPass.Result result, long nanos) {
        log.atInfo()
                .addKeyValue("partition", partition.key())
                .addKeyValue("complete", result.complete())
                .addKeyValue("from", dirt.from())
                .addKeyValue("to", result.cleanedTo())
                .addKeyValue("bytesRead", result.bytesRead())
                .addKeyValue("bytesBefore", result.bytesBefore())
                .addKeyValue("bytesAfter", result.bytesAfter())
                .addKeyValue("recordsRead", result.recordsRead())
                .addKeyValue("recordsKept", result.recordsKept())
                .addKeyValue("keys", result.keys())
                .addKeyValue("ms", TimeUnit.NANOSECONDS.toMillis(nanos))
                .log("partition compacted");
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
