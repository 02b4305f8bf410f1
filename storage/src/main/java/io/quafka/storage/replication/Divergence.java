package io.quafka.storage.replication;

import io.quafka.storage.replication.EpochTable.EpochEnd;
import org.jspecify.annotations.Nullable;

/// Whether a follower's log is the beginning of its leader's, and where to cut it if not.
public final class Divergence {
    private Divergence() {}

    /// The leader's part: what to tell a follower whose log ends at a position, its last group of
    /// an epoch.
    ///
    /// @return null if the follower's log is the beginning of the leader's
    public static @Nullable EpochEnd find(
            EpochTable leaders, long leadersEnd, int lastEpoch, long position) {
        EpochEnd end = leaders.endOf(lastEpoch, leadersEnd);
        return end.epoch() == lastEpoch && position <= end.position() ? null : end;
    }

    /// The follower's part: where its log must end before it may ask again. Less than where it ends
    /// now.
    ///
    /// @param told by the leader
    public static long cut(EpochTable followers, long followersEnd, EpochEnd told) {
        long own = followers.endOf(told.epoch(), followersEnd).position();
        return Math.min(own, told.position());
    }
}
