package io.quafka.storage.shard;

import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.log.CommitLog;
import io.quafka.storage.log.EntryKind;
import io.quafka.storage.log.Group;
import io.quafka.storage.log.GroupBuilder;
import io.quafka.storage.log.GroupEntry;
import io.quafka.storage.shard.ObjectCommit.Placed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;

/// Which object ranges make up the history of the shard's partitions: logged first, then changed in
/// the index; after a crash, replay does the same again. Belongs to the shard's writer (and, before
/// it starts, to recovery).
///
/// An object is *intended* before its upload begins, so that whatever a crash leaves in the store
/// is known of; *committed*, range by range, when it is in the store whole; and *dropped* when it
/// is gone from there. The ranges of a *merged* object take the place of those that held the same
/// offsets, each at once: a reader finds the old ones or the new one. That the log's start was
/// raised, or a partition dropped, takes ranges out of the manifest; an object without any is
/// doomed.
final class Manifest {
    private final Shard shard;
    private final IndexFeed feed;
    private final CommitLog log;
    private final ShardLog groups;
    private final InstantSource clock;
    private final GroupBuilder group = new GroupBuilder();

    Manifest(Shard shard, IndexFeed feed, InstantSource clock) {
        this.shard = shard;
        this.feed = feed;
        this.log = shard.log();
        this.groups = shard.groups();
        this.clock = clock;
    }

    /// @throws IOException when the state of the disk is unknown: the shard must stop
    void intend(ShardTask.IntendObject task, int epoch) throws IOException, InterruptedException {
        long createdMs = clock.millis();
        ByteBuffer note = ManifestNotes.intended(task.nonce(), createdMs);
        if (!hasRoomFor(note)) {
            task.fail(noRoom());
            return;
        }
        long number = log.end();
        write(EntryKind.OBJECT_INTENDED, number, note, epoch);
        feed.objectIntended(new TieredObject(number, task.nonce(), createdMs, 0, 0));
        finish(number);
        task.done().complete(new IntendedObject(number, task.nonce(), createdMs, epoch));
    }

    void commit(ShardTask.CommitObject task, int epoch) throws IOException, InterruptedException {
        ObjectCommit asked = task.commit();
        if (asked.epoch() != epoch) {
            task.fail(
                    new IllegalStateException(
                            "object %d was intended in epoch %d, which is %d now"
                                    .formatted(asked.object(), asked.epoch(), epoch)));
            return;
        }
        if (!feed.tryCommit()) {
            task.fail(noRoom());
            return;
        }
        ObjectCommit commit =
                asked.with(
                        asked.ranges().stream()
                                .filter(asked.merged() ? this::isReplaceable : this::isWanted)
                                .toList());
        if (commit.ranges().isEmpty() && !commit.last()) {
            task.done().complete(0);
            return;
        }
        ByteBuffer note = ManifestNotes.committed(commit);
        if (!hasRoomFor(note)) {
            task.fail(noRoom());
            return;
        }
        long position = log.end();
        EntryKind kind = commit.merged() ? EntryKind.OBJECT_MERGED : EntryKind.OBJECT_COMMITTED;
        write(kind, commit.object(), note, epoch);
        apply(commit);
        // While the index still has the intent: see Housekeeping.
        tell(commit, position);
        finish(position);
        task.done().complete(commit.ranges().size());
    }

    private void tell(ObjectCommit commit, long position) {
        ManifestChanges changes = shard.manifest().changes();
        if (commit.ranges().isEmpty()) {
            return;
        }
        for (ObjectState state : ObjectState.values()) {
            TieredObject object = shard.manifest().object(state, commit.object());
            if (object != null) {
                changes.note(new ManifestEntry.Stored(object.with(commit.size(), object.ranges())));
                break;
            }
        }
        for (Placed placed : commit.ranges()) {
            ManifestSnapshot.committed(
                    shard.partition(placed.partition()), placed.range(), changes::note);
        }
        // Last: what is taken before this and written is in the copy, what is not stays in the log.
        changes.committedAt(commit.object(), position);
    }

    /// The partition may have been dropped, or its log's start raised, while the object was
    /// uploaded.
    private boolean isWanted(Placed placed) {
        Partition partition = shard.partition(placed.partition());
        if (partition.isDropped()) {
            return false;
        }
        partition.load();
        long last = placed.range().lastOffset();
        return last >= partition.logStart()
                && last >= partition.tieredEnd()
                && last < partition.committedEnd();
    }

    /// The ranges that a merged one stands for are there still, but for a beginning that retention
    /// may have dropped meanwhile.
    private boolean isReplaceable(Placed placed) {
        Partition partition = shard.partition(placed.partition());
        if (partition.isDropped()) {
            return false;
        }
        TieredRange merged = placed.range();
        TieredRange first = shard.manifest().rangeFor(placed.partition(), merged.baseOffset());
        TieredRange last = shard.manifest().rangeFor(placed.partition(), merged.lastOffset());
        return first != null
                && last != null
                && first.baseOffset() >= merged.baseOffset()
                && last.lastOffset() == merged.lastOffset();
    }

    void drop(ShardTask.DropObject task, int epoch) throws IOException, InterruptedException {
        ByteBuffer note = ManifestNotes.dropped();
        if (!feed.tryCommit() || !hasRoomFor(note)) {
            task.fail(noRoom());
            return;
        }
        long position = log.end();
        write(EntryKind.OBJECT_DROPPED, task.object(), note, epoch);
        feed.objectDropped(task.object());
        finish(position);
        task.done().complete(true);
    }

    /// Not logged: what a crash makes undone is done again.
    void dropLocal(ShardTask.DropLocal task) {
        Partition partition = task.partition();
        partition.load();
        long offset = Math.min(task.offset(), partition.tieredEnd());
        if (partition.isDropped() || offset <= partition.localStart()) {
            task.done().complete(partition.localStart());
            return;
        }
        if (!feed.tryCommit()) {
            task.fail(noRoom());
            return;
        }
        // First what readers go by, then what they read: see Partition#localStart.
        partition.raiseLocalStart(offset);
        feed.localStart(partition, offset);
        feed.tryCommit();
        task.done().complete(offset);
    }

    /// Does what a replayed entry says. Nothing may be pending, for the index is read.
    ///
    /// @throws IllegalArgumentException if the entry's bytes say nothing this program understands
    void replay(Group group, GroupEntry entry) {
        ByteBuffer note = group.bytesOf(entry);
        switch (entry.kind()) {
            case OBJECT_INTENDED ->
                    feed.objectIntended(ManifestNotes.readIntended(entry.offset(), note));
            case OBJECT_COMMITTED ->
                    apply(ManifestNotes.readCommitted(entry.offset(), group.epoch(), false, note));
            case OBJECT_MERGED ->
                    apply(ManifestNotes.readCommitted(entry.offset(), group.epoch(), true, note));
            case OBJECT_DROPPED -> feed.objectDropped(entry.offset());
            case RUN, LOG_START, PARTITION_DROPPED, DEAD_RUN, CLEANED ->
                    throw new IllegalArgumentException(entry.kind() + " is not about an object");
        }
    }

    private void apply(ObjectCommit commit) {
        for (Placed placed : commit.ranges()) {
            Partition partition = shard.partition(placed.partition());
            partition.load();
            partition.tiered(placed.range());
            if (commit.merged()) {
                feed.rangesGone(partition, placed.range());
            }
            feed.tiered(partition, placed.range());
        }
        feed.objectCommitted(commit.object(), commit.size(), commit.last());
    }

    private boolean hasRoomFor(ByteBuffer note) throws IOException, InterruptedException {
        return log.ensureRoom(GroupBuilder.sizeBound(1, note.remaining()), true);
    }

    private void write(EntryKind kind, long number, ByteBuffer note, int epoch)
            throws IOException, InterruptedException {
        group.clear();
        group.addNote(kind, number, note);
        groups.append(group, epoch);
    }

    private void finish(long position) {
        feed.groupApplied(position, log.end());
        feed.tryCommit();
    }

    private ShardUnavailableException noRoom() {
        return new ShardUnavailableException(shard.id(), "no room on its disk");
    }
}
