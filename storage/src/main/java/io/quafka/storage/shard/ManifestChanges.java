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

    /// Where in the log the oldest and the newest commits lie that the copy does not have.
    private long oldest = NONE;

    private long newest = NONE;
    private long newestTaken = NONE;

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

    /// A commit lies in the log at a position: what it says is not in the copy yet.
    synchronized void committedAt(long position) {
        oldest = oldest == NONE ? position : oldest;
        newest = position;
    }

    /// Begins to note, for a copy that is written whole from now on.
    public synchronized void begin() {
        entries = new ArrayList<>();
        noting = true;
        newestTaken = newest;
    }

    /// Takes what was noted; null where something was not, and a whole copy is due.
    public synchronized @Nullable List<ManifestEntry> take() {
        if (!noting) {
            return null;
        }
        List<ManifestEntry> taken = entries;
        entries = new ArrayList<>();
        newestTaken = newest;
        return taken;
    }

    /// The copy has what was taken, or all that there was at [#begin].
    public synchronized void written() {
        oldest = newestTaken == newest ? NONE : newestTaken + 1;
        newest = newestTaken == newest ? NONE : newest;
        newestTaken = NONE;
    }

    /// Whether a piece of the log holds what the copy does not have: then it must stay.
    synchronized boolean needs(long from, long to) {
        return oldest != NONE && oldest < to && newest >= from;
    }
}
