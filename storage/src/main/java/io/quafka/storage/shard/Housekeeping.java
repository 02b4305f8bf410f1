package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.ObjectState;
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
import java.util.function.LongPredicate;
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

    /// An active segment is not sealed early before it is this part full.
    private static final int SEAL_EARLY_PART = 4;

    private final Shard shard;
    private final Index index;
    private final ShardIndex shardIndex;
    private final CommitLog log;
    private final Retention retention;
    private final InstantSource clock;
    private final Map<Long, Hollowed> hollowed = new HashMap<>();
    private final Set<Long> cannotHollow = new HashSet<>();
    private final Decline decline = new Decline(System::nanoTime);

    /// A segment that was made hollow.
    ///
    /// @param held bytes of the disk that it takes since
    /// @param live of these, what was needed when it was made hollow
    private record Hollowed(long held, long live) {}

    /// What the shard's log takes of the disk, in bytes.
    ///
    /// @param held in all
    /// @param dead of that, what nobody needs any more
    /// @param filling of that, what is being written and may not be on the disk yet
    /// @param largest segment: what making one hollow may need beside it
    public record Space(long held, long dead, long filling, long largest) {}

    public Housekeeping(Shard shard, Index index, InstantSource clock) {
        this.shard = shard;
        this.index = index;
        this.shardIndex = shard.index();
        this.log = shard.log();
        this.retention = new Retention(shardIndex);
        this.clock = clock;
    }

    public int shardId() {
        return shard.id();
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
        if (!shard.isLeading()) {
            return 0;
        }
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

    /// See [CommitLog#askBeforeGrowing].
    public void askBeforeGrowing(LongPredicate mayGrow) {
        log.askBeforeGrowing(mayGrow);
    }

    /// Measures the shard's log.
    public Space space() {
        long filling = log.bytesBeingFilled();
        long held = log.bytesHeld();
        long dead = 0;
        long largest = log.activeCapacity();
        for (CommitLog.SealedSegment segment : log.sealed()) {
            long live = shard.space().live(segment.base());
            largest = Math.max(largest, segment.bytes());
            Hollowed before = hollowed.get(segment.base());
            if (before == null) {
                dead += Math.max(0, segment.bytes() - live);
            } else {
                held -= Math.max(0, segment.bytes() - before.held());
                dead += Math.max(0, before.live() - live);
            }
        }
        long active = log.activeBase();
        dead += Math.max(0, log.end() - active - shard.space().live(active));
        return new Space(held, dead, filling, largest);
    }

    /// As the other, with half of a segment's bytes dead before it is made hollow.
    public void reclaim() throws IOException, InterruptedException, ExecutionException {
        reclaim(0.5, false, true);
    }

    /// Gives back the space of sealed segments: whole files where nothing lives, holes where little
    /// enough of what a file holds does. An active segment in which nothing lives is sealed first.
    ///
    /// @param hollowBelow the part of a segment below which what lives in it is little
    /// @param sealEarly whether an active segment with as little, and a quarter full, is sealed too
    /// @param patient whether there is time to see which segments die by themselves
    public void reclaim(double hollowBelow, boolean sealEarly, boolean patient)
            throws IOException, InterruptedException, ExecutionException {
        long activeBase = log.activeBase();
        long filled = log.end() - activeBase;
        long needed = shard.space().live(activeBase);
        if (filled > 0
                && (needed == 0
                        || (sealEarly
                                && needed < filled * hollowBelow
                                && filled >= log.activeCapacity() / SEAL_EARLY_PART))) {
            shard.roll().get();
        }
        List<CommitLog.SealedSegment> dead = new ArrayList<>();
        List<CommitLog.SealedSegment> mostlyDead = new ArrayList<>();
        decline.keep(log::has);
        for (CommitLog.SealedSegment segment : log.sealed()) {
            long live = shard.space().live(segment.base());
            if (live == 0) {
                dead.add(segment);
            } else if (worthHollowing(segment, live, hollowBelow)
                    && !(patient && decline.isDying(segment.base(), live))) {
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
            if (isDead(segment) && !tellsOfObjects(segment)) {
                drop(segment);
            }
        }
        for (CommitLog.SealedSegment segment : mostlyDead) {
            if (segment.end() <= shardIndex.durablePosition()) {
                hollow(segment);
            }
        }
    }

    /// Whether the index has all that a segment ever held, and none of it lives. Looked at once
    /// more, in this order: a replica's segments may be full before any of it is committed, and
    /// until then the index has nothing of them.
    private boolean isDead(CommitLog.SealedSegment segment) {
        return segment.end() <= shardIndex.durablePosition()
                && shard.space().live(segment.base()) == 0;
    }

    /// Whether only this says what a lost index would have to learn of objects: their intents until
    /// they are committed, and intents and commits until the copy has them.
    private boolean tellsOfObjects(CommitLog.SealedSegment segment) {
        boolean[] intends = {false};
        shardIndex.objects(
                ObjectState.INTENDED,
                object -> {
                    long number = object.number();
                    intends[0] = segment.base() <= number && number < segment.end();
                    return !intends[0];
                });
        // In this order: a commit is noted before its intent goes.
        return intends[0] || shard.manifest().changes().needs(segment.base(), segment.end());
    }

    private void drop(CommitLog.SealedSegment segment)
            throws IOException, InterruptedException, ExecutionException {
        log.drop(segment.base());
        shard.forgetSegment(segment.base()).get();
        hollowed.remove(segment.base());
        logger.atInfo()
                .addKeyValue("shard", shard.id())
                .addKeyValue("segment", segment.base())
                .addKeyValue("bytes", segment.end() - segment.base())
                .log("segment dropped: nothing in it lives");
    }

    private boolean worthHollowing(CommitLog.SealedSegment segment, long live, double hollowBelow) {
        Hollowed before = hollowed.get(segment.base());
        long base = before == null ? segment.bytes() : before.live();
        return live < base * hollowBelow && !cannotHollow.contains(segment.base());
    }

    private void hollow(CommitLog.SealedSegment segment) {
        try {
            long live = shard.space().live(segment.base());
            long kept = log.hollow(segment.base(), this::isDead);
            hollowed.put(segment.base(), new Hollowed(kept, live));
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
