package io.quafka.storage.shard;

import io.quafka.storage.index.Index;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.Update;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.EntryKind;
import io.quafka.storage.log.Group;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.log.ShippedGroups;
import io.quafka.storage.log.UnfinishedCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/// A replica that is made anew from its leader's, on the disk of a node on which the shard is not
/// open:
///
/// 1. The directory is marked, and emptied with all rows of the shard ([UnfinishedCopy]).
/// 2. Groups are taken over at the positions that they have, with segments that begin where the
///    leader's log has something that is needed: [#append].
/// 3. The leader's rows of one moment are taken over: [#clearRows], [#restore]. They include the
///    log up to a position, up to which the log is then taken over. If on the way there anything
///    was dead already, it may have died after that moment, so that rows still point to it: then
///    rows of a later moment are needed. See [#isSteady].
/// 4. Rows of runs that lie in objects are dropped, for those were not copied. Of all others the
///    log must have the place. Once everything is durable, the mark goes: [#finish].
///
/// A crash before that leaves the mark, and whoever opens the shard begins again with nothing. What
/// was taken over was committed at the leader, so there is nothing to take back in it.
///
/// One thread.
public final class ShardCopy implements AutoCloseable {
    private final int id;
    private final Path directory;
    private final ShardIndex rows;
    private final CommitLog log;
    private boolean steady = true;
    private int chunks;

    private ShardCopy(int id, Path directory, ShardIndex rows, CommitLog log) {
        this.id = id;
        this.directory = directory;
        this.rows = rows;
        this.log = log;
    }

    /// Takes what there is of a closed shard off this disk, and begins a log that has nothing.
    ///
    /// @param start where its first group will lie
    /// @param mayGrow see [CommitLog#askBeforeGrowing]
    public static ShardCopy begin(
            int id,
            Path directory,
            ShardIndex rows,
            LogOptions options,
            long start,
            LongPredicate mayGrow)
            throws IOException, InterruptedException {
        takeOff(directory, rows);
        CommitLog log = CommitLog.open(directory, id, options, start, InstantSource.system());
        log.askBeforeGrowing(mayGrow);
        return new ShardCopy(id, directory, rows, log);
    }

    /// Takes a shard that was open off the accounts of its topics; to be called once, before any of
    /// its rows go.
    public static void discount(ShardIndex rows, TopicSpaces topics) {
        rows.partitions(key -> {
            topics.of(key.topicId()).add(-sizeOf(rows, key));
            return true;
        });
    }

    private static void takeOff(Path directory, ShardIndex rows) throws IOException {
        UnfinishedCopy.begin(directory);
        rows.clear();
        UnfinishedCopy.clear(directory);
    }

    /// Takes a closed shard off this disk for good.
    public static void discard(int id, Path directory, Index index) throws IOException {
        takeOff(directory, index.shard(id));
        index.flush();
        UnfinishedCopy.remove(directory);
    }

    /// What a copy left that came to no end: all of it goes, and the shard is one that has nothing.
    /// To be called before a shard is opened; no-operation where there is none.
    public static void discardUnfinished(int id, Path directory, Index index) throws IOException {
        if (!UnfinishedCopy.is(directory)) {
            return;
        }
        UnfinishedCopy.clear(directory);
        index.shard(id).clear();
        index.flush();
        UnfinishedCopy.end(directory);
    }

    private static long sizeOf(ShardIndex rows, PartitionKey key) {
        Run first = rows.firstRun(key);
        Run last = rows.lastRun(key);
        return first == null || last == null
                ? 0
                : last.cumulativeBytes() - first.cumulativeBytes() + first.length();
    }

    /// Where the log ends.
    public long end() {
        return log.end();
    }

    /// Takes groups over.
    ///
    /// @param position where they lie, in the leader's log and this one: at its end or behind
    /// @param salt of the leader's segment
    /// @param bytes whole groups; changed in place
    /// @param to the first group that is not taken
    /// @return false if the disk has no room for all of them: to be gone on with at the log's end
    /// @throws IOException if they are not sound, or the disk fails
    public boolean append(long position, long salt, ByteBuffer bytes, long to)
            throws IOException, InterruptedException {
        if (position > log.end()) {
            if (!log.jump(position)) {
                return false;
            }
            steady = false;
        }
        ShippedGroups groups = new ShippedGroups(bytes, position, salt);
        for (Group group = groups.next();
                group != null && group.position() < to;
                group = groups.next()) {
            if (!log.ensureRoom(group.end() - group.position(), false)) {
                return false;
            }
            steady &= group.entries().stream().noneMatch(each -> each.kind() == EntryKind.DEAD_RUN);
            log.appendShipped(groups.bytesOf(group));
        }
        return true;
    }

    /// Rows of another moment will come.
    public void clearRows() {
        rows.clear();
        chunks = 0;
        steady = true;
    }

    /// Takes rows over, one chunk after the other.
    ///
    /// @return whether it was the last
    public boolean restore(ByteBuffer chunk) {
        return rows.restore(chunk, chunks++);
    }

    /// Whether everything that was taken into the log since [#clearRows] was there and alive.
    public boolean isSteady() {
        return steady;
    }

    /// Makes it a replica: from now on the shard can be opened.
    ///
    /// @param applied what the rows include; where the log ends
    /// @throws IOException if rows point to what the log has not: the copy is of no use
    public void finish(long applied, Index index) throws IOException {
        if (applied != log.end()) {
            throw new IOException(
                    "shard %d: its rows are of %d, its log ends at %d"
                            .formatted(id, applied, log.end()));
        }
        log.force();
        settle(applied);
        index.flush();
        log.close();
        UnfinishedCopy.end(directory);
    }

    private void settle(long applied) throws IOException {
        Map<Long, Long> live = new HashMap<>();
        List<Run> lost = new ArrayList<>();
        Update[] update = {rows.newUpdate()};
        rows.partitions(key -> {
            long from = SnapshotPlan.untieredFrom(rows, key);
            if (from > 0) {
                update[0].deleteRunsBefore(key, from);
            }
            rows.scan(
                    key,
                    from,
                    run -> {
                        if (!log.holds(run.position(), run.length())) {
                            lost.add(run);
                            return false;
                        }
                        long base = log.segmentOf(run.position());
                        live.merge(base, (long) run.length(), Long::sum);
                        return true;
                    });
            if (update[0].bytes() >= Update.BYTES_ADVISED) {
                update[0].commit();
                update[0] = rows.newUpdate();
            }
            return lost.isEmpty();
        });
        if (!lost.isEmpty()) {
            update[0].close();
            throw new IOException(
                    "shard %d: the copy of its log lacks %s".formatted(id, lost.getFirst()));
        }
        live.forEach(update[0]::putSegmentLive);
        byte[] group = rows.getState(IndexFeed.LAST_GROUP);
        if (group != null && !log.groupEndsAt(ByteBuffer.wrap(group).getLong(), applied)) {
            update[0].deleteState(IndexFeed.LAST_GROUP);
        }
        update[0].appliedTo(applied).commit();
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
