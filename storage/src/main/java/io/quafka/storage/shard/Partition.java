package io.quafka.storage.shard;

import io.quafka.storage.index.AbortedTransaction;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.ProducerEntry;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
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

    /// Everything below it that can be read at all lies in objects, above the log's start.
    private volatile long tieredEnd;

    /// What is below it is not on this disk any more.
    private volatile long localStart;

    private volatile long committedEnd;
    private volatile long lastStable;

    /// Bytes committed past the last stable offset, roughly: since it last reached the end.
    private long unstableBytes;

    /// Null until the partition has its first transaction.
    private volatile @Nullable PartitionTransactions transactions;

    /// Something was appended since this was last asked for; then the shard knows of it.
    private volatile boolean grown;

    /// Compaction goes over what of it lies in objects: its runs stay as they are.
    private volatile boolean compactedInStore;

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

        /// The last stable offset has moved, with or without the end.
        ///
        /// @param bytes about as many as came before it
        default void stable(long bytes) {}
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
                ProducerState state = producers.decode(entry.producerId(), entry.state());
                if (state.inTransaction()) {
                    transactions().began(entry.producerId(), state.epoch, state.transactionStart);
                }
            }
            staged.startAfter(last, logStart);
            loadTiered(index, last);
            committedEnd = staged.nextOffset();
            lastStable = stableOffset();
            if (last != null) {
                recent.add(last);
            }
            loaded = true;
        }
    }

    private void loadTiered(ShardIndex index, @Nullable Run last) {
        TieredRange lastRange = index.lastRange(key);
        localStart = logStart;
        if (lastRange == null) {
            return;
        }
        tieredEnd = lastRange.lastOffset() + 1;
        staged.startAfter(lastRange);
        Run first = last == null ? null : index.firstRun(key);
        long local = first == null ? tieredEnd : Math.min(first.baseOffset(), tieredEnd);
        localStart = Math.max(logStart, local);
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

    /// The oldest offset that can be read from this disk, the log's start or later. It is raised
    /// *before* what is below it goes: who has read from the disk and then finds that it is not
    /// past where it read from has missed nothing.
    public long localStart() {
        load();
        return Math.max(localStart, logStart);
    }

    /// The first offset that does not lie in an object; the log's start, or less, if none does.
    public long tieredEnd() {
        load();
        return tieredEnd;
    }

    /// A range of it lies in an object by now.
    synchronized void tiered(TieredRange range) {
        tieredEnd = Math.max(tieredEnd, range.lastOffset() + 1);
        staged.startAfter(range);
        committedEnd = Math.max(committedEnd, tieredEnd);
        moveStable();
    }

    synchronized void raiseLocalStart(long offset) {
        localStart = Math.max(localStart, offset);
        recent.dropBefore(offset);
    }

    boolean isCompactedInStore() {
        return compactedInStore;
    }

    /// From here on its runs stay as they are, but for what the shard's writer is doing just now.
    ///
    /// @return whether that is new
    public boolean leaveCompactionToStore() {
        boolean fresh = !compactedInStore;
        compactedInStore = true;
        return fresh;
    }

    /// The high watermark: readers see offsets below it.
    public long committedEnd() {
        load();
        return committedEnd;
    }

    /// No record at or past it is certain to stay: readers of committed transactions see offsets
    /// below it. The first offset of the oldest ongoing transaction, or the high watermark.
    ///
    /// Transactions end for readers when their markers are committed, as all that is staged becomes
    /// committed at once.
    public long lastStableOffset() {
        load();
        return Math.min(lastStable, committedEnd);
    }

    /// Transactions that were aborted, as far as readers of the offsets `[from, to)` must know of
    /// them; `to` is at most the last stable offset. Reads the index: platform threads only.
    public List<AbortedTransaction> abortedIn(long from, long to) {
        // The recent ones first: they leave memory only once they are in the index.
        PartitionTransactions known = transactions;
        List<AbortedTransaction> recent = known == null ? List.of() : known.recentAborted();
        List<AbortedTransaction> found = new ArrayList<>();
        long[] last = {-1};
        shard.index()
                .scanAborted(
                        key,
                        from,
                        aborted -> {
                            last[0] = aborted.lastOffset();
                            if (aborted.overlaps(from, to)) {
                                found.add(aborted);
                            }
                            return aborted.lastStableOffset() < to;
                        });
        for (AbortedTransaction aborted : recent) {
            if (aborted.lastOffset() > last[0] && aborted.overlaps(from, to)) {
                found.add(aborted);
            }
        }
        return found;
    }

    /// Whether a producer's transaction is known to be going on here; any thread.
    public boolean inTransaction(long producerId, short epoch) {
        PartitionTransactions known = transactions;
        return known != null && known.isOngoing(producerId, epoch);
    }

    /// Whether it has had any transactions since its state was read.
    boolean hasTransactions() {
        return transactions != null;
    }

    /// Transactions that go on and began before an offset, the oldest first; any thread.
    public List<OngoingTransaction> ongoingBefore(long offset) {
        PartitionTransactions known = transactions;
        return known == null ? List.of() : known.ongoingBefore(offset);
    }

    /// Takes part in the verification of a producer's batch; null where none is needed. To be given
    /// back by [#leave]. Any thread.
    public @Nullable VerificationGuard join(long producerId, short epoch, int sequence) {
        return transactions().join(producerId, epoch, sequence);
    }

    /// Makes later batches of a producer wait behind this one, which waits though there is nothing
    /// to verify. To be given back by [#leave]. Any thread.
    public VerificationGuard hold(long producerId, short epoch, int sequence) {
        return transactions().hold(producerId, epoch, sequence);
    }

    public void leave(VerificationGuard guard) {
        transactions().leave(guard);
    }

    synchronized PartitionTransactions transactions() {
        PartitionTransactions known = transactions;
        if (known == null) {
            known = new PartitionTransactions();
            transactions = known;
        }
        return known;
    }

    /// Transactions that were aborted since the last call.
    List<AbortedTransaction> takeAborted() {
        PartitionTransactions known = transactions;
        return known == null ? List.of() : known.takeAborted();
    }

    private long stableOffset() {
        PartitionTransactions known = transactions;
        long first = known == null ? PartitionTransactions.NONE : known.firstOngoing();
        return first == PartitionTransactions.NONE ? committedEnd : Math.max(first, logStart);
    }

    /// Runs that hold committed data from an offset on, oldest first, until `bytes` are reached or
    /// the log ends. The first may start before the offset.
    public List<Run> runsFrom(long offset, long bytes) {
        load();
        long next = Math.max(offset, logStart);
        List<Run> runs = new ArrayList<>();
        long[] left = {bytes};
        // The recent ones first: they leave memory only once they are in the index.
        List<Run> newest = recentFrom(next);
        if (newest.isEmpty() || newest.getFirst().baseOffset() > next) {
            shard.index()
                    .scan(
                            key,
                            next,
                            run -> {
                                runs.add(run);
                                left[0] -= run.length();
                                return left[0] > 0;
                            });
        }
        long known = runs.isEmpty() ? -1 : runs.getLast().lastOffset();
        for (Run run : newest) {
            if (left[0] <= 0) {
                break;
            }
            if (run.lastOffset() > known) {
                runs.add(run);
                left[0] -= run.length();
            }
        }
        return runs;
    }

    private synchronized List<Run> recentFrom(long offset) {
        return recent.from(offset);
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
        long stableBytes;
        List<CommitListener> told;
        synchronized (this) {
            for (Run run : runs) {
                recent.add(run);
                bytes += run.length();
            }
            committedEnd = runs.getLast().lastOffset() + 1;
            unstableBytes += bytes;
            stableBytes = moveStable();
            told = listeners.isEmpty() ? List.of() : List.copyOf(listeners);
        }
        if (!grown) {
            grown = true;
            shard.compaction().noteGrown(key);
        }
        for (CommitListener listener : told) {
            listener.committed(bytes);
            if (stableBytes > 0) {
                listener.stable(stableBytes);
            }
        }
    }

    /// @return about how many bytes became stable; 0 if the offset did not move
    private long moveStable() {
        long stable = stableOffset();
        if (stable == lastStable) {
            return 0;
        }
        lastStable = stable;
        long bytes = Math.max(1, unstableBytes);
        if (stable == committedEnd) {
            unstableBytes = 0;
        }
        return bytes;
    }

    void takeGrown() {
        grown = false;
    }

    synchronized void trimRecent() {
        recent.trim();
        PartitionTransactions known = transactions;
        if (known != null) {
            known.trimAborted();
        }
    }

    void raiseLogStart(long offset) {
        long stableBytes;
        List<CommitListener> told;
        synchronized (this) {
            logStart = offset;
            recent.dropBefore(offset);
            stableBytes = moveStable();
            told = stableBytes == 0 ? List.of() : List.copyOf(listeners);
        }
        for (CommitListener listener : told) {
            listener.stable(stableBytes);
        }
    }

    /// The log ends past an offset, whatever its last run says: compaction may have dropped what
    /// was there.
    synchronized void endsPast(long offset) {
        staged.advanceTo(offset + 1);
        committedEnd = Math.max(committedEnd, offset + 1);
        moveStable();
    }

    /// Takes over the last run as the index has it by now.
    synchronized void lastRunChanged() {
        Run last = shard.index().lastRun(key);
        staged.startAfter(last, committedEnd);
        recent.clear();
        if (last != null) {
            recent.add(last);
        }
    }

    /// What was given out and not committed came to nothing: the state is read from the index
    /// again, which has all that is committed.
    void reset() {
        List<CommitListener> told;
        synchronized (this) {
            recent.clear();
            producers.clear();
            transactions = null;
            unstableBytes = 0;
            loaded = false;
            told = List.copyOf(listeners);
        }
        for (CommitListener listener : told) {
            listener.committed(Long.MAX_VALUE);
            listener.stable(Long.MAX_VALUE);
        }
    }

    /// Forgets everything; whoever waits is told.
    void drop() {
        List<CommitListener> told;
        synchronized (this) {
            dropped = true;
            recent.clear();
            producers.clear();
            committedEnd = 0;
            lastStable = 0;
            logStart = 0;
            tieredEnd = 0;
            localStart = 0;
            PartitionTransactions known = transactions;
            if (known != null) {
                known.clear();
            }
            told = List.copyOf(listeners);
        }
        for (CommitListener listener : told) {
            listener.committed(Long.MAX_VALUE);
            listener.stable(Long.MAX_VALUE);
        }
    }
}
