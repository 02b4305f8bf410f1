package io.quafka.testkit.history;

import io.quafka.testkit.history.Op.Commit;
import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Resume;
import io.quafka.testkit.history.Op.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// What groups may rely on: they read on where they committed, neither before nor behind.
final class GroupChecks {
    private record Lane(String group, TopicPartition partition) {}

    private GroupChecks() {}

    static void check(Records records, List<Violation> found) {
        Map<Lane, List<Commit>> commits = new HashMap<>();
        records.history()
                .all(Commit.class)
                .forEach(commit -> {
                    for (TopicPartition partition : commit.offsets().keySet()) {
                        commits.computeIfAbsent(
                                        new Lane(commit.group(), partition), _ -> new ArrayList<>())
                                .add(commit);
                    }
                });
        records.history()
                .all(Resume.class)
                .forEach(resume -> {
                    if (resume.group() != null) {
                        Lane lane = new Lane(resume.group(), resume.partition());
                        check(records, resume, commits.getOrDefault(lane, List.of()), found);
                    }
                });
    }

    private static void check(
            Records records, Resume resume, List<Commit> commits, List<Violation> found) {
        boolean explained = resume.position() == 0;
        for (Commit commit : commits) {
            long offset = commit.offsets().getOrDefault(resume.partition(), 0L);
            End end = endOf(records, commit);
            if (end == End.DONE
                    && offset > resume.position()
                    && endedNanos(records, commit) < resume.span().begunNanos()) {
                found.add(
                        Violation.of(
                                Property.COMMITTED_OFFSETS_STAY,
                                "%s of group %s from %d to %d"
                                        .formatted(
                                                resume.partition(),
                                                commit.group(),
                                                offset,
                                                resume.position()),
                                commit,
                                resume));
            }
            explained |=
                    end != End.FAILED
                            && offset == resume.position()
                            && commit.span().begunNanos() < resume.span().endedNanos();
        }
        if (!explained) {
            found.add(
                    Violation.of(
                            Property.RESUMED_WHERE_COMMITTED,
                            resume.partition() + " at " + resume.position(),
                            resume));
        }
    }

    private static End endOf(Records records, Commit commit) {
        return commit.transaction() == null || commit.end() == End.FAILED
                ? commit.end()
                : records.endOf(commit.transaction());
    }

    private static long endedNanos(Records records, Commit commit) {
        Transaction transaction = records.transaction(commit.transaction());
        return (transaction == null ? commit : transaction).span().endedNanos();
    }
}
