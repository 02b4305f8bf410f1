package io.quafka.storage.log;

import io.quafka.storage.log.GroupReader.Found;
import io.quafka.storage.log.RecoveryReport.Damage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Walks the groups of a log after a restart and tells a torn tail from damage.
///
/// At a position where no whole group lies:
///
/// 1. In a sealed segment it is damage, for sealing forces: go on at the next readable group, or at
///    the next segment.
/// 2. In the active segment, if a later group was written when this position was already durable,
///    it is damage: go on there.
/// 3. Else nobody was ever told that it was written: the log ends here.
///
/// A follower puts several groups on disk at once, so that of two whole ones the first may be
/// missing after a crash; what is then appended in its place may end just where the second begins.
/// Epochs do not go back in a replica's log: where they would, in the active segment, it ends.
final class RecoveryScan {
    private static final Logger log = LoggerFactory.getLogger(RecoveryScan.class);

    /// Damages kept for the report; further ones are only logged.
    private static final int DAMAGES_MAX = 100;

    private final long from;
    private final Consumer<Group> apply;
    private final boolean replica;
    private final List<Damage> damages = new ArrayList<>();
    private long end;
    private long groups;
    private boolean torn;
    private int epoch = Integer.MIN_VALUE;

    RecoveryScan(long from, Consumer<Group> apply, boolean replica) {
        this.replica = replica;
        this.from = from;
        this.end = from;
        this.apply = apply;
    }

    void segment(SegmentFile file, long start, long limit, boolean sealed) throws IOException {
        GroupReader reader = new GroupReader(file, limit);
        long position = start;
        while (position < limit) {
            Found found = reader.at(position);
            Group group =
                    switch (found) {
                        case Found.Whole whole -> whole.group();
                        case Found.BadRuns bad -> bad.group();
                        case Found.Nothing _ -> null;
                    };
            if (replica && !sealed && group != null && group.epoch() < epoch) {
                break;
            }
            if (found instanceof Found.Whole) {
                position = accept(group);
                continue;
            }
            long next = reader.nextDurable(position);
            if (next < 0 && !sealed) {
                torn = reader.beginsGroup(position);
                break;
            }
            if (found instanceof Found.BadRuns(Group readable)) {
                for (GroupEntry run : readable.damaged()) {
                    damage(file, run.position(), run.position() + run.length(), describe(run));
                }
                position = accept(reparse(reader, readable));
            } else {
                long resume = next < 0 ? limit : next;
                damage(file, position, resume, "no readable group");
                position = resume;
                end = position;
            }
        }
        end = sealed ? limit : position;
    }

    /// The search for later groups moved the reader's window away from under the group: read it
    /// once more.
    private static Group reparse(GroupReader reader, Group group) throws IOException {
        return switch (reader.at(group.position())) {
            case Found.BadRuns bad -> bad.group();
            case Found.Whole whole -> whole.group();
            case Found.Nothing _ ->
                    throw new IOException("a group vanished at position " + group.position());
        };
    }

    private long accept(@Nullable Group group) {
        apply.accept(Objects.requireNonNull(group));
        epoch = Math.max(epoch, group.epoch());
        groups++;
        end = group.end();
        return end;
    }

    private static String describe(GroupEntry run) {
        return "topic %s partition %d offsets %d to %d: a batch does not check"
                .formatted(run.topicId(), run.partition(), run.offset(), run.lastOffset());
    }

    private void damage(SegmentFile file, long from, long to, String what) {
        String name = String.valueOf(file.path().getFileName());
        log.atError()
                .addKeyValue("segment", file.path())
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .addKeyValue("what", what)
                .log("damage in the commit log: these bytes are never served");
        if (damages.size() < DAMAGES_MAX) {
            damages.add(new Damage(name, from, to, what));
        }
    }

    RecoveryReport report() {
        return new RecoveryReport(from, end, groups, torn, List.copyOf(damages));
    }
}
