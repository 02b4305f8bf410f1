package io.quafka.storage.shard;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What changed in a shard's manifest since its copy in the bucket was written. The shard's writer
/// adds, the tiering thread takes.
///
/// Nothing is noted before somebody wants it, nor beyond [#ENTRIES_MAX]: then the copy must be
/// written whole.
public final class ManifestChanges {
    /// Entries kept; in a copy they take some 2 MiB.
    static final int ENTRIES_MAX = 20_000;

    private static final long NONE = -1;

    private List<ManifestEntry> entries = new ArrayList<>();
    private boolean noting;

    /// Where in the log that begins which the copy does not have: the first intent, as an object's
    /// number says, of those that were committed.
    private long oldest = NONE;

    /// The same of what is not taken, either.
    private long oldestNotTaken = NONE;

    /// The last commit.
    private long newest = NONE;

    /// An earlier run of the process knew the copy to have what is told before a position; of
    /// commits from there to the log's end nobody knows.
    synchronized void restore(long copiedTo, long end) {
        oldest = copiedTo;
        newest = end;
    }

    synchronized void note(ManifestEntry entry) {
        if (!noting) {
            return;
        }
        if (entries.size() >= ENTRIES_MAX) {
            entries = new ArrayList<>();
            noting = false;
            return;
        }
        entries.add(entry);
    }

    /// A commit of an object lies in the log at a position: what it says is not in the copy yet,
    /// nor is what the object's intent says, without which its ranges could not be read.
    synchronized void committedAt(long object, long position) {
        oldest = oldest == NONE ? object : Math.min(oldest, object);
        oldestNotTaken = oldestNotTaken == NONE ? object : Math.min(oldestNotTaken, object);
        newest = position;
    }

    /// Begins to note, for a copy that is written whole from now on.
    public synchronized void begin() {
        entries = new ArrayList<>();
        noting = true;
        oldestNotTaken = NONE;
    }

    /// Takes what was noted; null where something was not, and a whole copy is due.
    public synchronized @Nullable List<ManifestEntry> take() {
        if (!noting) {
            return null;
        }
        List<ManifestEntry> taken = entries;
        entries = new ArrayList<>();
        oldestNotTaken = NONE;
        return taken;
    }

    /// The copy has what was taken, or all that there was at [#begin].
    public synchronized void written() {
        oldest = oldestNotTaken;
    }

    /// Before which position the copy has all that was noted; at most the one given.
    public synchronized long copiedTo(long position) {
        return oldest == NONE ? position : Math.min(oldest, position);
    }

    /// Whether a piece of the log holds what the copy does not have: then it must stay.
    synchronized boolean needs(long from, long to) {
        return oldest != NONE && oldest < to && from <= newest;
    }
}
