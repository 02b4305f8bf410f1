package io.quafka.storage.shard;

import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.EntryKind;
import io.quafka.storage.log.Group;
import io.quafka.storage.log.LogCursor;
import io.quafka.storage.log.ShippedGroups;
import io.quafka.storage.replication.Divergence;
import io.quafka.storage.replication.EpochTable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The writer's part while another node leads the shard: puts what is shipped into the log, and
/// brings what is committed to partitions and index, as replay does.
///
/// What is not committed is in the log alone: cutting it off is all there is to taking it back.
final class FollowerWriter {
    private final Shard shard;
    private final CommitLog log;
    private final IndexFeed feed;
    private final GroupApplier applier;
    private final EpochTable epochs;
    private @Nullable LogCursor cursor;

    FollowerWriter(Shard shard, IndexFeed feed, GroupApplier applier) {
        this.shard = shard;
        this.log = shard.log();
        this.feed = feed;
        this.applier = applier;
        this.epochs = shard.epochs();
    }

    /// @throws IOException when the state of the disk is unknown: the shard must stop
    void ship(ShardTask.Ship task) throws IOException, InterruptedException {
        if (task.position() != log.end()) {
            task.fail(
                    new IllegalArgumentException(
                            "groups for %d, the log ends at %d"
                                    .formatted(task.position(), log.end())));
            return;
        }
        ShippedGroups groups = new ShippedGroups(task.bytes(), task.position(), task.salt());
        RuntimeException problem = null;
        while (problem == null) {
            Group group;
            try {
                group = groups.next();
            } catch (IOException e) {
                problem = new IllegalArgumentException(e.getMessage(), e);
                break;
            }
            if (group == null) {
                break;
            }
            if (log.ensureRoom(group.end() - group.position(), isControl(group))) {
                epochs.note(group.epoch(), group.position());
                log.appendShipped(groups.bytesOf(group));
            } else {
                problem = new ShardUnavailableException(shard.id(), "no room on its disk");
            }
        }
        if (log.durable() < log.end()) {
            log.sync();
        }
        // The leader waits for that; nobody waits for what is applied here.
        if (problem == null) {
            task.done().complete(log.end());
        } else {
            task.fail(problem);
        }
        apply(Math.min(task.committed(), log.end()));
    }

    private static boolean isControl(Group group) {
        return group.entries().stream().noneMatch(entry -> entry.kind() == EntryKind.RUN);
    }

    void cut(ShardTask.Cut task) throws IOException {
        if (task.position() != log.end() || task.lastEpoch() != epochs.last()) {
            task.done().complete(log.end());
            return;
        }
        long to = Divergence.cut(epochs, log.end(), task.told());
        if (to < feed.appliedTo()) {
            task.fail(
                    new IllegalStateException(
                            "shard %d: cutting at %d would take back what is committed up to %d"
                                    .formatted(shard.id(), to, feed.appliedTo())));
            return;
        }
        forget();
        log.truncate(to);
        epochs.cut(to);
        task.done().complete(log.end());
    }

    /// Brings everything before a position to partitions and index; it is committed.
    void apply(long to) throws IOException {
        if (feed.appliedTo() >= to || shard.isIncomplete()) {
            return;
        }
        LogCursor groups = cursor;
        if (groups == null || groups.position() != feed.appliedTo()) {
            forget();
            groups = log.cursor(feed.appliedTo());
            cursor = groups;
        }
        while (feed.appliedTo() < to) {
            Group group = groups.next();
            if (group == null || group.end() > to) {
                forget();
                break;
            }
            applier.apply(group);
        }
        applier.finish();
    }

    /// The log may not be what it was.
    void forget() throws IOException {
        LogCursor known = cursor;
        cursor = null;
        if (known != null) {
            known.close();
        }
    }
}
