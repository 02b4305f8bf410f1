package io.quafka.testkit.history;

import io.quafka.testkit.history.Op.Exhaust;
import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Resume;
import io.quafka.testkit.history.Records.Witness;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// Each reader gets what there is, in order, from where it began: within a transaction of its own
/// and across.
final class ReadOrderChecks {
    /// A reader in a partition.
    private record Lane(String by, TopicPartition partition) {}

    /// @param next the offset from which it has still to be given everything
    /// @param op what brought it there
    private record Position(long next, Op op) {}

    private final Records records;
    private final List<Violation> found;
    private final Map<Lane, Position> positions = new HashMap<>();

    private ReadOrderChecks(Records records, List<Violation> found) {
        this.records = records;
        this.found = found;
    }

    static void check(Records records, List<Violation> found) {
        ReadOrderChecks checks = new ReadOrderChecks(records, found);
        // A reader's own operations follow each other, but for the reading to an end, which was
        // begun
        // before its polls.
        for (Op op : byEnd(records.history())) {
            switch (op) {
                case Resume resume -> checks.resume(resume);
                case Poll poll -> poll.reads().forEach(read -> checks.read(poll, read));
                case Exhaust exhaust -> checks.exhaust(exhaust);
                case Op _ -> {}
            }
        }
    }

    private static List<Op> byEnd(History history) {
        return history.ops().stream()
                .sorted(Comparator.comparingLong(op -> op.span().endedNanos()))
                .toList();
    }

    private void resume(Resume resume) {
        positions.put(
                new Lane(resume.by(), resume.partition()), new Position(resume.position(), resume));
    }

    private void read(Poll poll, Read read) {
        Place place = read.place();
        Position before =
                positions.put(
                        new Lane(poll.by(), place.partition()),
                        new Position(place.offset() + 1, poll));
        if (before == null) {
            return;
        }
        if (place.offset() < before.next()) {
            found.add(
                    Violation.of(
                            Property.ASCENDING_READS,
                            read + " came when the next was to be " + before.next(),
                            before.op(),
                            poll));
            return;
        }
        requireNothing(place.partition(), before, place.offset(), poll.isolation(), poll);
    }

    private void exhaust(Exhaust exhaust) {
        Position before = positions.get(new Lane(exhaust.by(), exhaust.partition()));
        if (before != null && before.next() < exhaust.end()) {
            requireNothing(
                    exhaust.partition(), before, exhaust.end(), exhaust.isolation(), exhaust);
        }
    }

    /// Between what came before and what came now there is nothing that the reader had to get.
    private void requireNothing(
            TopicPartition partition, Position before, long to, Isolation isolation, Op now) {
        for (Witness witness :
                records.log(partition)
                        .subMap(before.next(), Math.max(before.next(), to))
                        .values()) {
            if (records.visible(witness.read().value(), isolation)) {
                found.add(
                        Violation.of(
                                Property.CONTIGUOUS_READS,
                                witness.read() + " was left out",
                                witness.op(),
                                before.op(),
                                now));
                return;
            }
        }
    }
}
