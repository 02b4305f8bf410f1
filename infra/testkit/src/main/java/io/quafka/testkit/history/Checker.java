package io.quafka.testkit.history;

import java.util.ArrayList;
import java.util.List;

/// Whether a history may have been so.
///
/// It takes for granted that nothing expires or is compacted, that readers begin where they say
/// ([Op.Resume]), and that transactions of which nobody knows the outcome are settled before a
/// partition is read to its end ([Op.Exhaust]).
///
/// Of the cycles that Jepsen looks for, only those of reads count: Kafka does not part transactions
/// from each other. Their records may interleave in a partition, and readers may see one of them in
/// one partition before another.
public final class Checker {
    private Checker() {}

    /// All that is wrong, by property.
    public static List<Violation> check(History history) {
        Records records = new Records(history);
        List<Violation> found = new ArrayList<>();
        // First, for it makes the logs that others look into.
        WriteChecks.oneValuePerOffset(records, found);
        WriteChecks.noDuplicates(records, found);
        WriteChecks.inOrder(records, found);
        WriteChecks.processedOnce(records, found);
        ReadChecks.check(records, found);
        ReadOrderChecks.check(records, found);
        LossChecks.lostWrites(records, found);
        LossChecks.missingAtTheEnd(records, found);
        LossChecks.wholeTransactions(records, found);
        GroupChecks.check(records, found);
        ReadCycles.check(records, found);
        return List.copyOf(found);
    }
}
