package io.quafka.testkit.history;

import io.quafka.testkit.history.Op.End;
import io.quafka.testkit.history.Op.Isolation;
import io.quafka.testkit.history.Op.Poll;
import io.quafka.testkit.history.Op.Read;
import io.quafka.testkit.history.Op.Send;
import io.quafka.testkit.history.Op.Transaction;
import java.util.List;

/// Which records readers may get at all.
final class ReadChecks {
    private ReadChecks() {}

    static void check(Records records, List<Violation> found) {
        records.history()
                .all(Poll.class)
                .forEach(poll -> poll.reads().forEach(read -> check(records, poll, read, found)));
    }

    private static void check(Records records, Poll poll, Read read, List<Violation> found) {
        Send send = records.send(read.value());
        if (send == null || !send.partition().equals(read.place().partition())) {
            found.add(Violation.of(Property.NOTHING_MADE_UP, read.toString(), poll));
            return;
        }
        if (send.end() == End.FAILED) {
            found.add(Violation.of(Property.NO_ABORTED_READS, read.toString(), send, poll));
        }
        Transaction transaction = records.transaction(send.transaction());
        if (transaction == null || poll.isolation() == Isolation.UNCOMMITTED) {
            return;
        }
        if (transaction.end() == End.FAILED) {
            found.add(
                    Violation.of(
                            Property.NO_ABORTED_READS, read.toString(), send, transaction, poll));
        } else if (poll.span().endedNanos() < transaction.endingNanos()) {
            found.add(
                    Violation.of(
                            Property.NO_PRECOMMITTED_READS,
                            read.toString(),
                            send,
                            transaction,
                            poll));
        }
    }
}
