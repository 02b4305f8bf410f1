package io.quafka.storage.shard;

import io.quafka.storage.ThreadEnd;
import io.quafka.storage.log.CommitLog;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that changes a shard. In a loop it
///
/// 1. gathers what is queued, up to [#GROUP_BYTES]; if that is less than the last group had, it
///    waits a moment for the rest, for clients answered together tend to come back together, and
///    each group costs an `fdatasync`,
/// 2. decides each batch (sequence, offset) and builds one group,
/// 3. writes the group with one gathered write and forces it with one `fdatasync`,
/// 4. makes it readable and completes the requests,
/// 5. hands its rows to the index when many have gathered, or when nothing else is to be done.
///
/// While another node leads a shard of several replicas, it puts what that one ships into the log
/// instead ([FollowerWriter]).
///
/// After a failed write or force nothing more is appended: what the disk holds is unknown until
/// recovery.
final class ShardWriter {
    private static final Logger log = LoggerFactory.getLogger(ShardWriter.class);

    /// A group has so many bytes at most, and no more than a segment holds, but for a request that
    /// alone has more.
    static final long GROUP_BYTES = 8 << 20;

    /// Tasks that may wait; memory for their bytes is bounded where they were read.
    static final int QUEUE_MAX = 200_000;

    /// Log starts raised with one write: their group fits into what is kept for control groups.
    static final int RAISES_MAX = 1000;

    /// Longest time that a first request waits for others like it; never longer than what the last
    /// group's write took.
    private static final long GATHER_NANOS_MAX = 200_000;

    /// Longest time that rows wait for the index while the shard is idle.
    private static final long FEED_IDLE_NANOS = 200_000_000;

    private final Shard shard;
    private final IndexFeed feed;
    private final GroupWriter groups;
    private final RunReplacement replacements;
    private final RunSums sums;
    private final Manifest manifest;
    private final CommitLog commitLog;
    private final FollowerWriter follower;
    private final ConcurrentLinkedQueue<ShardTask> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final List<ShardTask> inHand = new ArrayList<>();
    private final Thread thread;
    private volatile boolean parked;

    /// How many tasks must be queued to wake the parked writer.
    private volatile int wakeAt = 1;

    private final AppendCounters counters = new AppendCounters();
    private int lastGroupRequests;
    private long lastWriteNanos;
    private volatile boolean terminated;
    private volatile State state = State.Running.INSTANCE;
    private volatile Role role;

    /// Alone → Leading or Following, when others are to have the shard too; then Following ↔
    /// Leading, by what the node's metadata say.
    sealed interface Role {
        int epoch();

        /// The only replica there is.
        record Alone(int epoch) implements Role {}

        record Following(int epoch) implements Role {}

        record Leading(Leadership leadership) implements Role {
            @Override
            public int epoch() {
                return leadership.epoch();
            }
        }
    }

    /// Running → Failed → Closed, or Running → Closed.
    sealed interface State {
        enum Running implements State {
            INSTANCE
        }

        record Failed(String why) implements State {}

        enum Closed implements State {
            INSTANCE
        }
    }

    /// @param alone whether the shard has no other replica
    ShardWriter(
            Shard shard, boolean alone, IndexFeed feed, GroupApplier applier, InstantSource clock) {
        this.follower = new FollowerWriter(shard, feed, applier);
        this.role = alone ? new Role.Alone(0) : new Role.Following(0);
        this.shard = shard;
        this.feed = feed;
        this.commitLog = shard.log();
        this.groups = new GroupWriter(shard, feed, counters, clock);
        this.replacements = new RunReplacement(shard, feed);
        this.sums = new RunSums(shard.index(), feed);
        this.manifest = new Manifest(shard, feed, clock);
        this.thread = Thread.ofPlatform().name("quafka-shard-" + shard.id()).unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /// No-operation once others have the shard too.
    synchronized void lead(int newEpoch) {
        if (isAlone()) {
            role = new Role.Alone(newEpoch);
        }
    }

    private synchronized void become(Role next) {
        role = next;
    }

    boolean isAlone() {
        return role instanceof Role.Alone;
    }

    int epoch() {
        return role.epoch();
    }

    boolean serves(int epoch) {
        return switch (role) {
            case Role.Alone _ -> true;
            case Role.Following _ -> false;
            case Role.Leading(Leadership leadership) -> leadership.epoch() == epoch;
        };
    }

    boolean isLeading() {
        return !(role instanceof Role.Following);
    }

    boolean isRunning() {
        return state instanceof State.Running;
    }

    AppendCounters counters() {
        return counters;
    }

    void submit(ShardTask task) {
        if (!isRunning()) {
            task.fail(notRunning());
            return;
        }
        int waiting = queued.incrementAndGet();
        if (waiting > QUEUE_MAX) {
            queued.decrementAndGet();
            task.fail(new ShardUnavailableException(shard.id(), "its queue is full"));
            return;
        }
        queue.add(task);
        if (parked && waiting >= wakeAt) {
            LockSupport.unpark(thread);
        }
        if (terminated) {
            failQueued();
        }
    }

    private ShardUnavailableException notRunning() {
        String why =
                switch (state) {
                    case State.Running _ -> "it is starting";
                    case State.Failed(String text) -> text;
                    case State.Closed _ -> "it is closed";
                };
        return new ShardUnavailableException(shard.id(), why);
    }

    private void loop() {
        List<AppendRequest> appends = new ArrayList<>();
        try {
            while (true) {
                ShardTask control = gather(appends);
                if (control == null && worthWaiting(appends.size())) {
                    awaitMore(lastGroupRequests - appends.size());
                    control = gather(appends);
                }
                if (!appends.isEmpty()) {
                    write(appends);
                    appends.clear();
                }
                if (control != null) {
                    inHand.add(control);
                    decide(control);
                    inHand.clear();
                } else if (queue.isEmpty()) {
                    if (state instanceof State.Closed) {
                        return;
                    }
                    idle();
                }
                if (feed.isFull()) {
                    feed.tryCommit();
                }
            }
        } catch (IOException | RuntimeException e) {
            state = new State.Failed("a write failed: " + e);
            log.atError()
                    .setCause(e)
                    .addKeyValue("shard", shard.id())
                    .log("shard failed: no more appends until the process is started again");
            for (AppendRequest request : appends) {
                new ShardTask.Append(request).fail(notRunning());
            }
            inHand.forEach(task -> task.fail(notRunning()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            state = State.Closed.INSTANCE;
        } finally {
            terminated = true;
            failQueued();
        }
    }

    /// Moves queued appends to `appends`, up to a group's size; stops at any other task, which it
    /// returns.
    private @Nullable ShardTask gather(List<AppendRequest> appends) {
        long bytes = 0;
        for (AppendRequest request : appends) {
            bytes += request.bytes();
        }
        long most = Math.min(GROUP_BYTES, commitLog.groupBytesMax());
        while (bytes < most) {
            ShardTask task = queue.peek();
            if (task == null
                    || (task instanceof ShardTask.Append(AppendRequest next)
                            && bytes > 0
                            && bytes + next.bytes() > most)) {
                return null;
            }
            queue.remove();
            queued.decrementAndGet();
            if (!(task instanceof ShardTask.Append(AppendRequest request))) {
                return task;
            }
            appends.add(request);
            bytes += request.bytes();
        }
        return null;
    }

    private boolean worthWaiting(int requests) {
        return requests > 0 && requests < lastGroupRequests;
    }

    private void awaitMore(int requests) {
        long nanos = Math.min(GATHER_NANOS_MAX, lastWriteNanos);
        wakeAt = requests;
        parked = true;
        if (queued.get() < requests) {
            LockSupport.parkNanos(this, nanos);
        }
        parked = false;
        wakeAt = 1;
    }

    private void write(List<AppendRequest> appends) throws IOException, InterruptedException {
        if (!isLeading()) {
            appends.forEach(request -> new ShardTask.Append(request).fail(deposed()));
            return;
        }
        long begin = System.nanoTime();
        boolean[] answered = {false};
        try {
            groups.append(
                    appends,
                    epoch(),
                    () -> {
                        answered[0] = true;
                        answer(appends, true);
                    });
        } catch (DeposedException e) {
            appends.stream()
                    .filter(request -> !request.early() || !answered[0])
                    .forEach(request -> new ShardTask.Append(request).fail(e));
            resign(epoch());
            return;
        } catch (IOException | RuntimeException e) {
            if (answered[0]) {
                appends.removeIf(AppendRequest::early);
            }
            throw e;
        }
        lastWriteNanos = System.nanoTime() - begin;
        lastGroupRequests = appends.size();
        counters.wrote(appends, lastWriteNanos);
        if (!answered[0]) {
            answer(appends, true);
        }
        answer(appends, false);
    }

    private static void answer(List<AppendRequest> appends, boolean early) {
        // The last first: a connection answers in order, so that all its answers become ready with
        // its oldest one, go out in one write, and bring the client's next requests back together.
        for (int i = appends.size() - 1; i >= 0; i--) {
            if (appends.get(i).early() == early) {
                appends.get(i).done().run();
            }
        }
    }

    private DeposedException deposed() {
        return new DeposedException(shard.id());
    }

    private void decide(ShardTask task) throws IOException, InterruptedException {
        if (task.isForLeader() && !isLeading()) {
            task.fail(deposed());
            return;
        }
        try {
            control(task);
        } catch (DeposedException e) {
            inHand.forEach(each -> each.fail(e));
            resign(epoch());
        }
    }

    /// Takes over everything that the log has, once it is committed: a leader's first duty.
    private void lead(ShardTask.Lead task) throws IOException, InterruptedException {
        Leadership next = task.leadership();
        resign(next.epoch());
        if (shard.isIncomplete()) {
            throw new IOException("the index was lost, and the log lacks what it had");
        }
        commitLog.force();
        next.open(commitLog.end());
        next.awaitCommitted(commitLog.end());
        follower.apply(commitLog.end());
        follower.forget();
        shard.groups().leadBy(next);
        become(new Role.Leading(next));
        task.done().complete(true);
    }

    private void resign(int nextEpoch) throws IOException {
        boolean served = isLeading();
        // Who reads what goes from now on must not believe it.
        become(new Role.Following(nextEpoch));
        if (served) {
            shard.groups().leadBy(null);
            groups.reset();
            feed.commit();
            shard.resetPartitions();
        }
    }

    private boolean follows(int epoch, ShardTask task) {
        boolean follows = role instanceof Role.Following(int current) && current == epoch;
        if (!follows) {
            task.fail(deposed());
        }
        return follows;
    }

    private void control(ShardTask task) throws IOException, InterruptedException {
        switch (task) {
            case ShardTask.Append _ -> throw new IllegalStateException("appends are gathered");
            case ShardTask.RaiseLogStart raise ->
                    groups.raiseLogStarts(withFollowing(raise), epoch());
            case ShardTask.Drop drop -> groups.drop(drop, epoch());
            case ShardTask.Roll(var done) ->
                    done.complete(
                            commitLog.end() > commitLog.activeBase()
                                    && commitLog.roll(CommitLog.CONTROL_HEADROOM_BYTES));
            case ShardTask.ForgetSegment(long base, var done) -> {
                feed.segmentGone(base);
                done.complete(feed.tryCommit());
            }
            case ShardTask.DescribeProducers(Partition partition, var done) -> {
                partition.load();
                done.complete(partition.producers.describe());
            }
            case ShardTask.ExpireProducers(Partition partition, long beforeMs, var done) -> {
                partition.load();
                int gone = partition.producers.expire(beforeMs);
                feed.producers(partition);
                done.complete(gone);
            }
            case ShardTask.ReplaceRuns replace -> replacements.write(replace, epoch());
            case ShardTask.SettleSums(Partition partition, long before, var done) ->
                    done.complete(sums.settle(partition, before));
            case ShardTask.RestateRanges(Partition partition, var ranges, var done) ->
                    done.complete(sums.restate(partition, ranges));
            case ShardTask.NoteCleaned(Partition partition, long to, var done) -> {
                feed.cleanedTo(partition, to);
                done.complete(feed.tryCommit());
            }
            case ShardTask.NoteCopied(long position, var done) -> {
                feed.manifestCopied(position);
                done.complete(true);
            }
            case ShardTask.LastOfProducers(Partition partition, var done) -> {
                partition.load();
                done.complete(partition.producers.lasts());
            }
            case ShardTask.IntendObject intend -> manifest.intend(intend, epoch());
            case ShardTask.CommitObject commit -> manifest.commit(commit, epoch());
            case ShardTask.DropObject drop -> manifest.drop(drop, epoch());
            case ShardTask.DropLocal drop -> manifest.dropLocal(drop);
            case ShardTask.Lead lead -> lead(lead);
            case ShardTask.Follow(int next, var done) -> {
                resign(next);
                done.complete(true);
            }
            case ShardTask.Ship ship -> {
                if (follows(ship.epoch(), ship)) {
                    follower.ship(ship);
                }
            }
            case ShardTask.Cut cut -> {
                if (follows(cut.epoch(), cut)) {
                    follower.cut(cut);
                }
            }
            case ShardTask.FeedIndex(var done) -> done.complete(feed.tryCommit());
        }
    }

    /// With those of other partitions that come right behind it, which cost one write together.
    private List<ShardTask.RaiseLogStart> withFollowing(ShardTask.RaiseLogStart first) {
        Map<Partition, ShardTask.RaiseLogStart> raises = new LinkedHashMap<>();
        raises.put(first.partition(), first);
        while (raises.size() < RAISES_MAX
                && queue.peek() instanceof ShardTask.RaiseLogStart next
                && raises.putIfAbsent(next.partition(), next) == null) {
            queue.remove();
            queued.decrementAndGet();
            inHand.add(next);
        }
        return List.copyOf(raises.values());
    }

    /// Nothing is queued: gives the index what has gathered if nothing comes for a while, then
    /// waits.
    private void idle() throws InterruptedException {
        parked = true;
        try {
            boolean pending = !feed.isEmpty();
            if (queue.isEmpty() && isRunning()) {
                if (pending) {
                    LockSupport.parkNanos(this, FEED_IDLE_NANOS);
                } else {
                    LockSupport.park(this);
                }
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (pending && queue.isEmpty()) {
                feed.tryCommit();
            }
        } finally {
            parked = false;
        }
    }

    private void failQueued() {
        for (ShardTask task = queue.poll(); task != null; task = queue.poll()) {
            queued.decrementAndGet();
            task.fail(notRunning());
        }
    }

    /// Does what is queued, then stops.
    void close() {
        if (state instanceof State.Running) {
            state = State.Closed.INSTANCE;
        }
        LockSupport.unpark(thread);
        ThreadEnd.await(thread);
        feed.tryCommit();
        feed.close();
        try {
            follower.forget();
        } catch (IOException e) {
            log.atWarn().setCause(e).log("a segment's file did not close");
        }
    }
}
