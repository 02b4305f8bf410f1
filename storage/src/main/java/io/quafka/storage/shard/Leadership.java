package io.quafka.storage.shard;

import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.ShardState;
import io.quafka.storage.replication.LeaderProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// One epoch in which this node leads a shard of several replicas: what its writer, the followers'
/// fetches and the node's metadata tell each other. Any thread.
///
/// It ends when it is [#depose]d, for good: another epoch is another object.
public final class Leadership {
    private final int shard;
    private final LeaderProgress progress;
    private final List<Runnable> waiting = new ArrayList<>();
    private long end;
    private boolean open;

    /// Whether the shard has no other replica, as far as this leader knows. None can come to be in
    /// sync, and lead, before this leader has asked for it.
    private volatile boolean sole;

    private boolean deposed;

    public Leadership(int shard, LeaderProgress progress) {
        this.shard = shard;
        this.progress = progress;
        this.sole = progress.isSole();
    }

    /// The log ends here, all of it on disk, and is from now on changed by this leader alone:
    /// followers may fetch.
    synchronized void open(long logEnd) {
        end = logEnd;
        open = true;
        progress.durable(logEnd);
        notifyAll();
    }

    /// Whether followers may fetch, and what was read from the log before was of this epoch.
    public synchronized boolean isOpen() {
        return open && !deposed;
    }

    boolean isSole() {
        return sole;
    }

    public int epoch() {
        return progress.epoch();
    }

    public synchronized int inSyncCount() {
        return progress.inSyncCount();
    }

    public synchronized long committed() {
        return progress.committed();
    }

    /// Something was written that followers may fetch, on disk here or not.
    void appended(long to) {
        List<Runnable> woken;
        synchronized (this) {
            end = Math.max(end, to);
            woken = take();
        }
        woken.forEach(Runnable::run);
    }

    synchronized void durable(long to) {
        progress.durable(to);
        notifyAll();
    }

    /// Waits until everything before a position is on the disks of all in-sync replicas.
    ///
    /// @throws DeposedException if this node leads no more before
    synchronized void awaitCommitted(long position) throws InterruptedException {
        while (!deposed && progress.committed() < position) {
            wait();
        }
        if (progress.committed() < position) {
            throw new DeposedException(shard);
        }
    }

    /// A follower has everything before a position, which was found to be of this log.
    ///
    /// @return false if it is no replica of the shard
    public synchronized boolean fetched(int node, long position, long nowNanos) {
        boolean known = progress.fetched(node, position, end, nowNanos);
        notifyAll();
        return known;
    }

    /// See [LeaderProgress#forget].
    public synchronized boolean forget(int node) {
        return !deposed && progress.forget(node);
    }

    /// Has something run once, as soon as there is more to fetch than up to a position.
    ///
    /// @return false if there is already: it will not be run
    public synchronized boolean await(long position, Runnable woken) {
        if (deposed || end > position) {
            return false;
        }
        waiting.add(woken);
        return true;
    }

    public synchronized void leave(Runnable woken) {
        waiting.remove(woken);
    }

    public synchronized void stateIs(ShardState state, long version) {
        progress.stateIs(state, version);
        sole = progress.isSole();
        notifyAll();
    }

    /// See [LeaderProgress#wish].
    public synchronized @Nullable AlterInSync wish(IntPredicate live, long nowNanos) {
        return deposed ? null : progress.wish(live, end, nowNanos);
    }

    public synchronized void decided(AlterInSync wish, long version) {
        progress.decided(wish, version);
    }

    /// This node does not lead in this epoch any more.
    public void depose() {
        List<Runnable> woken;
        synchronized (this) {
            deposed = true;
            notifyAll();
            woken = take();
        }
        woken.forEach(Runnable::run);
    }

    private List<Runnable> take() {
        List<Runnable> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }
}
