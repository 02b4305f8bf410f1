package io.quafka.storage.replication;

import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What the leader of a shard knows of its replicas in one epoch, and what follows from it.
///
/// 1. *Committed* is what each in-sync replica has on disk, the leader too. Who is about to join
///    the in-sync set counts as in it from the wish on: the controller may have granted it before
///    the leader hears of that.
/// 2. A follower that has not had all there was for [#lagMaxNanos] is to leave the set; one that
///    has everything committed is to join it.
/// 3. One wish at a time; it stays in force until it is known to be decided, or the state that it
///    follows is not the current one any more.
///
/// Not safe for use by several threads.
public final class LeaderProgress {
    private static final long UNKNOWN = -1;

    private final int self;
    private final long lagMaxNanos;
    private final Map<Integer, Follower> followers = new HashMap<>();
    private ShardState state;
    private long own = UNKNOWN;
    private long committed;
    private @Nullable AlterInSync wish;
    private long wishDecidedAt = Long.MAX_VALUE;

    private static final class Follower {
        long position = UNKNOWN;
        long fetchedNanos;
        long endThen;
        long caughtUpNanos;

        Follower(long nowNanos) {
            fetchedNanos = nowNanos;
            caughtUpNanos = nowNanos;
        }
    }

    /// @param state in which `self` leads
    /// @param committed what is known to be committed
    /// @param lagMaxNanos how long an in-sync replica may be behind
    public LeaderProgress(
            int self, ShardState state, long committed, long lagMaxNanos, long nowNanos) {
        this.self = self;
        this.state = state;
        this.committed = committed;
        this.lagMaxNanos = lagMaxNanos;
        for (int id : state.replicas()) {
            if (id != self) {
                followers.put(id, new Follower(nowNanos));
            }
        }
    }

    public int epoch() {
        return state.epoch();
    }

    /// Whether the shard has no replica but the leader.
    public boolean isSole() {
        return state.replicas().size() == 1;
    }

    public int inSyncCount() {
        return state.inSync().size();
    }

    /// Everything before it is on the disks of all in-sync replicas.
    public long committed() {
        return committed;
    }

    /// The leader has everything before a position on its disk.
    public void durable(long position) {
        own = Math.max(own, position);
        recount();
    }

    /// A follower asks for what comes at a position: it has everything before it on its disk.
    ///
    /// @param end of the leader's log
    /// @return false if it is no replica of the shard
    public boolean fetched(int node, long position, long end, long nowNanos) {
        Follower follower = followers.get(node);
        if (follower == null) {
            return false;
        }
        if (position >= end) {
            follower.caughtUpNanos = nowNanos;
        } else if (position >= follower.endThen) {
            follower.caughtUpNanos = Math.max(follower.caughtUpNanos, follower.fetchedNanos);
        }
        follower.position = position;
        follower.fetchedNanos = nowNanos;
        follower.endThen = end;
        recount();
        return true;
    }

    /// A follower is about to give up what it has, to be made anew: whatever it said before does
    /// not hold any more.
    ///
    /// @return false if it counts as in sync, or is no replica: it must not
    public boolean forget(int node) {
        Follower follower = followers.get(node);
        if (follower == null || members().contains(node)) {
            return false;
        }
        follower.position = UNKNOWN;
        return true;
    }

    /// The shard's state in an image; of another epoch it does not matter here.
    ///
    /// @param version of the image
    public void stateIs(ShardState next, long version) {
        if (next.epoch() != state.epoch() || next.revision() < state.revision()) {
            return;
        }
        state = next;
        // Who is added again is so in another epoch, which begins with another object.
        followers.keySet().retainAll(next.replicas());
        AlterInSync pending = wish;
        if (pending != null
                && (pending.revision() != next.revision() || version >= wishDecidedAt)) {
            wish = null;
        }
        recount();
    }

    /// What the controller is to be asked for now, again or for the first time; null if nothing.
    ///
    /// @param live whether a node is known not to be fenced
    /// @param end of the leader's log
    public @Nullable AlterInSync wish(IntPredicate live, long end, long nowNanos) {
        AlterInSync pending = wish;
        if (pending != null) {
            return wishDecidedAt == Long.MAX_VALUE ? pending : null;
        }
        List<Integer> next = new ArrayList<>();
        for (int id : state.replicas()) {
            if (id == self || belongs(id, live, end, nowNanos)) {
                next.add(id);
            }
        }
        if (next.size() == state.inSync().size() && next.containsAll(state.inSync())) {
            return null;
        }
        AlterInSync fresh =
                new AlterInSync(state.id(), self, state.epoch(), state.revision(), next);
        wish = fresh;
        wishDecidedAt = Long.MAX_VALUE;
        return fresh;
    }

    private boolean belongs(int id, IntPredicate live, long end, long nowNanos) {
        Follower follower = followers.get(id);
        if (follower == null) {
            return false;
        }
        if (state.inSync().contains(id)) {
            return follower.position >= end || nowNanos - follower.caughtUpNanos <= lagMaxNanos;
        }
        if (!live.test(id)) {
            // It may come back as another process.
            follower.position = UNKNOWN;
        }
        return follower.position >= committed && nowNanos - follower.fetchedNanos <= lagMaxNanos;
    }

    /// The controller has decided a wish, one way or the other, in no later version than this: an
    /// image of that version tells.
    public void decided(AlterInSync asked, long version) {
        if (asked.equals(wish)) {
            wishDecidedAt = version;
        }
    }

    /// Who counts as in sync.
    private Set<Integer> members() {
        Set<Integer> members = new HashSet<>(state.inSync());
        AlterInSync pending = wish;
        if (pending != null) {
            members.addAll(pending.inSync());
        }
        return members;
    }

    private void recount() {
        long least = own;
        for (int id : members()) {
            Follower follower = followers.get(id);
            if (follower != null) {
                least = Math.min(least, follower.position);
            }
        }
        committed = Math.max(committed, least);
    }
}
