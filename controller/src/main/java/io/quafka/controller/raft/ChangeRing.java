package io.quafka.controller.raft;

import io.quafka.controller.model.MetadataRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last changes, for those who follow and are a little behind. Who is further behind gets a
/// whole image.
///
/// Bounded by [#CHANGES_MAX] changes and [#RECORDS_MAX] records. Safe for several threads.
final class ChangeRing {
    static final int CHANGES_MAX = 1024;
    static final int RECORDS_MAX = 65_536;

    private record Change(long version, List<MetadataRecord> records) {}

    private final Deque<Change> changes = new ArrayDeque<>();
    private int recordCount;

    synchronized void add(long version, List<MetadataRecord> records) {
        changes.addLast(new Change(version, records));
        recordCount += records.size();
        while (changes.size() > CHANGES_MAX || recordCount > RECORDS_MAX) {
            recordCount -= changes.removeFirst().records().size();
        }
    }

    /// Forgets all: versions went elsewhere than one by one.
    synchronized void clear() {
        changes.clear();
        recordCount = 0;
    }

    /// The records of versions `since + 1` to `to`, or null where some are forgotten, or not here
    /// yet.
    synchronized @Nullable List<MetadataRecord> between(long since, long to) {
        Change first = changes.peekFirst();
        Change last = changes.peekLast();
        if (first == null || last == null || first.version() > since + 1 || last.version() < to) {
            return null;
        }
        List<MetadataRecord> records = new ArrayList<>();
        for (Change change : changes) {
            if (change.version() > since && change.version() <= to) {
                records.addAll(change.records());
            }
        }
        return records;
    }
}
