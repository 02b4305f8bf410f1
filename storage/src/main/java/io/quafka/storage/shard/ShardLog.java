package io.quafka.storage.shard;

import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.GroupBuilder;
import io.quafka.storage.replication.EpochTable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The way of every group into the commit log: written, on disk, and with several replicas
/// committed, before anything that depends on it is done. Belongs to the shard's writer.
///
/// One group is on its way at a time. So partitions and index never show what may be taken back,
/// and there is nothing to undo in them when a follower's log is cut.
final class ShardLog {
    private final CommitLog log;
    private final EpochTable epochs;
    private @Nullable Leadership leadership;

    ShardLog(CommitLog log, EpochTable epochs) {
        this.log = log;
        this.epochs = epochs;
    }

    /// What is appended from now on is committed when the in-sync replicas have it.
    ///
    /// @param next null for a shard of one replica, or one that is not led here
    void leadBy(@Nullable Leadership next) {
        leadership = next;
    }

    /// @return nanoseconds that forcing it took
    long append(GroupBuilder group, int epoch) throws IOException, InterruptedException {
        return append(group, epoch, () -> {});
    }

    /// @param durable run when the group is on disk here, committed or not
    /// @return nanoseconds that forcing it took
    /// @throws IOException when the state of the disk is unknown: the shard must stop
    /// @throws DeposedException when another leads by now: the group may stay or not
    long append(GroupBuilder group, int epoch, Runnable durable)
            throws IOException, InterruptedException {
        Leadership led = leadership;
        long position = log.end();
        log.append(group, epoch);
        if (led == null) {
            epochs.noteAlone(epoch, position);
        } else {
            epochs.note(epoch, position);
            // Followers write it while it is forced here.
            led.appended(log.end());
        }
        long begin = System.nanoTime();
        log.sync();
        long nanos = System.nanoTime() - begin;
        durable.run();
        if (led != null) {
            led.durable(log.end());
            led.awaitCommitted(log.end());
        }
        return nanos;
    }
}
