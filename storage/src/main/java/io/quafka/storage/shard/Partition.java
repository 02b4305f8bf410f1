package io.quafka.storage.shard;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ProducerEntry;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A partition in its shard: where its log starts and ends. Costs some dozen bytes until it is
/// first used; then its state is read from the index.
///
/// Offsets are written by the shard's writer thread alone and may be read on any thread; loading
/// goes to the index, so platform threads only.
public final class Partition {
    private final Shard shard;
    private final PartitionKey key;

    private volatile boolean loaded;
    private volatile boolean dropped;
    private volatile long logStart;
    private volatile long committedEnd;

    private final RecentRuns recent = new RecentRuns();
    private final ArrayList<CommitListener> listeners = new ArrayList<>(0);

    /// The writer's own: the next offset to give out, and sums over all runs.
    final StagedRuns staged = new StagedRuns();

    /// Touched by the writer only, once loaded.
    final ProducerTable producers = new ProducerTable();

    Partition(Shard shard, PartitionKey key) {
        this.shard = shard;
        this.key = key;
    }

    /// Is told, on the writer's thread, that a partition's committed end has moved.
    public interface CommitListener {
        void committed(long bytes);
    }

    public PartitionKey key() {
        return key;
    }

    public Shard shard() {
        return shard;
    }

    /// Reads the state from the index, once. Platform threads only.
    void load() {
        if (loaded) {
            return;
        }
        synchronized (this) {
            if (loaded) {
                return;
            }
            ShardIndex index = shard.index();
            logStart = index.logStart(key);
            Run last = index.lastRun(key);
            for (ProducerEntry entry : index.producers(key)) {
                producers.decode(entry.producerId(), entry.state());
            }
            staged.startAfter(last, logStart);
            committedEnd = staged.nextOffset();
            if (last != null) {
                recent.add(last);
            }
            loaded = true;
        }
    }

    /// True once the state is in memory: then reading offsets does not touch the disk.
    public boolean isLoaded() {
        return loaded;
    }

    public boolean isDropped() {
        return dropped;
    }

    /// The oldest offset that can be read.
    public long logStart() {
        load();
        return logStart;
    }

    /// The high watermark: readers see offsets below it.
    public long committedEnd() {
        load();
        return committedEnd;
    }

    /// Runs that hold committed data from an offset on, oldest first, until `bytes` are reached or
    /// the log ends. The first may start before the offset.
    public List<Run> runsFrom(long offset, long bytes) {
        load();
        List<Run> runs = new ArrayList<>();
        long[] left = {bytes};
        long next = Math.max(offset, logStart);
        if (!recentHolds(next)) {
            shard.index()
                    .scan(
                            key,
                            next,
                            run -> {
                                runs.add(run);
                                left[0] -= run.length();
                                return left[0] > 0;
                            });
            if (left[0] <= 0) {
                return runs;
            }
            next = runs.isEmpty() ? next : runs.getLast().lastOffset() + 1;
        }
        synchronized (this) {
            for (Run run : recent.from(next)) {
                if (left[0] <= 0) {
                    break;
                }
                runs.add(run);
                left[0] -= run.length();
            }
        }
        return runs;
    }

    private synchronized boolean recentHolds(long offset) {
        return recent.holds(offset);
    }

    /// The newest runs, those that are not in the index yet among them, oldest first.
    public synchronized List<Run> recentRuns() {
        return recent.all();
    }

    /// The newest run, or null in an empty partition.
    public @Nullable Run lastRun() {
        load();
        synchronized (this) {
            return recent.last();
        }
    }

    public synchronized void addListener(CommitListener listener) {
        listeners.add(listener);
    }

    public synchronized void removeListener(CommitListener listener) {
        int at = listeners.indexOf(listener);
        if (at >= 0) {
            int last = listeners.size() - 1;
            listeners.set(at, listeners.get(last));
            listeners.remove(last);
        }
    }

    /// Makes runs readable: they are durable.
    void commit(List<Run> runs) {
        long bytes = 0;
        List<CommitListener> told;
        synchronized (this) {
            for (Run run : runs) {
                recent.add(run);
                bytes += run.length();
            }
            committedEnd = runs.getLast().lastOffset() + 1;
            told = listeners.isEmpty() ? List.of() : List.copyOf(listeners);
        }
        for (CommitListener listener : told) {
            listener.committed(bytes);
        }
    }

    synchronized void trimRecent() {
        recent.trim();
    }

    synchronized void raiseLogStart(long offset) {
        logStart = offset;
        recent.dropBefore(offset);
    }

    /// Forgets everything; whoever waits is told.
    void drop() {
        List<CommitListener> told;
        synchronized (this) {
            dropped = true;
            recent.clear();
            producers.clear();
            committedEnd = 0;
            logStart = 0;
            told = List.copyOf(listeners);
        }
        for (CommitListener listener : told) {
            listener.committed(Long.MAX_VALUE);
        }
    }
}
