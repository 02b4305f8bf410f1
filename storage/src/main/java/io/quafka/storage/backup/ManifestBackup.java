package io.quafka.storage.backup;

import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.storage.shard.ManifestChanges;
import io.quafka.storage.shard.ManifestEntry;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreFailureException;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a copy of a shard's manifest in the store: whole at first, then what changed, and whole
/// again once the changes outgrew it. So a commit costs its own ranges, however many there are.
///
/// Each copy is an object of its own under a key that nobody writes twice, so that at any moment
/// there is one whole copy that can be read. Those of a higher epoch stand over those of lower
/// ones: a leader that was replaced may go on writing, and is not read. It deletes nothing then:
/// see [#mayDelete]. For one thread at a time.
public final class ManifestBackup {
    private static final Logger log = LoggerFactory.getLogger(ManifestBackup.class);

    /// Copies that may follow on a whole one: each is a request at recovery.
    static final int FOLLOWING_MAX = 500;

    /// Entries that may follow, at least, however small the whole copy is.
    private static final long FOLLOWING_ENTRIES_MIN = 20_000;

    /// The position to which the copy is complete is noted when it moved this far.
    private static final long NOTE_BYTES = 16L << 20;

    private static final int NO_EPOCH = -1;

    private final Shard shard;
    private final ObjectStore store;
    private final BackupNames names;
    private final LongSupplier untieredBytes;
    private final InstantSource clock;
    private final ManifestChanges changes;

    private int epoch = NO_EPOCH;
    private long sequence;
    private boolean whole;
    private int following;
    private long followingEntries;
    private long wholeEntries;
    private long noted;

    /// A copy of which it is not known whether the store has it.
    private @Nullable ByteBuffer inDoubt;

    /// @param untieredBytes of the shard's log, that are in no object
    public ManifestBackup(
            Shard shard,
            ObjectStore store,
            BackupNames names,
            LongSupplier untieredBytes,
            InstantSource clock) {
        this.shard = shard;
        this.store = store;
        this.names = names;
        this.untieredBytes = untieredBytes;
        this.clock = clock;
        this.changes = shard.manifest().changes();
    }

    /// Brings the copy up to date, if anything changed.
    ///
    /// @throws StoreException if it is not known to be; the next call goes on
    public void write() throws StoreException {
        if (epoch != shard.epoch()) {
            begin();
        }
        // Before anything is taken: of what is told from now on, it is not known.
        long position = shard.manifest().notedTo();
        if (!tryMore()) {
            whole();
        }
        long copied = changes.copiedTo(position);
        if (copied - noted >= NOTE_BYTES) {
            shard.manifest().copied(copied);
            noted = copied;
        }
    }

    /// Brings what changed into another copy that follows on the whole one.
    ///
    /// @return false if there must be a new whole one
    private boolean tryMore() throws StoreException {
        if (!whole) {
            return false;
        }
        writeInDoubt();
        List<ManifestEntry> taken = isOutgrown() ? null : changes.take();
        if (taken == null) {
            return false;
        }
        more(taken);
        return true;
    }

    private void begin() throws StoreException {
        int led = shard.epoch();
        long next = 1;
        for (Named each : Copies.list(store, names.manifests(shard.id()))) {
            if (each.epoch() == led) {
                next = Math.max(next, each.number() + 1);
            }
        }
        inDoubt = null;
        whole = false;
        sequence = next;
        epoch = led;
    }

    private boolean isOutgrown() {
        return following >= FOLLOWING_MAX
                || followingEntries > Math.max(FOLLOWING_ENTRIES_MIN, wholeEntries);
    }

    private void whole() throws StoreException {
        whole = false;
        changes.begin();
        if (!shard.feedIndex().join()) {
            throw new StoreFailureException(
                    "shard %d's index does not take what its log says".formatted(shard.id()), null);
        }
        // Known to be gone or there, its number is not used again.
        long number = sequence++;
        String key = names.manifest(shard.id(), epoch, number, BackupNames.WHOLE);
        try (ObjectUpload upload = store.create(key)) {
            ManifestWriter writer = new ManifestWriter(upload::write, head(number, true));
            shard.manifest().tell(writer::add);
            wholeEntries = writer.finish();
            upload.commit();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof StoreException cause) {
                throw cause;
            }
            throw e;
        }
        whole = true;
        following = 0;
        followingEntries = 0;
        changes.written();
        if (mayDelete()) {
            Copies.deleteBefore(store, Copies.list(store, names.manifests(shard.id())), key);
        }
    }

    private void more(List<ManifestEntry> taken) throws StoreException {
        if (taken.isEmpty()) {
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ManifestWriter writer =
                new ManifestWriter(
                        part -> {
                            byte[] copy = new byte[part.remaining()];
                            part.get(copy);
                            bytes.writeBytes(copy);
                        },
                        head(sequence, false));
        taken.forEach(writer::add);
        followingEntries += writer.finish();
        inDoubt = ByteBuffer.wrap(bytes.toByteArray());
        writeInDoubt();
    }

    private void writeInDoubt() throws StoreException {
        ByteBuffer bytes = inDoubt;
        if (bytes == null) {
            return;
        }
        String key = names.manifest(shard.id(), epoch, sequence, BackupNames.MORE);
        if (!store.putIfAbsent(key, bytes)) {
            epoch = NO_EPOCH;
            throw new StoreFailureException(
                    "%s was written by somebody else, in the epoch of shard %d's leader"
                            .formatted(key, shard.id()),
                    null);
        }
        inDoubt = null;
        sequence++;
        following++;
        changes.written();
    }

    private ManifestFormat.Head head(long number, boolean isWhole) {
        return new ManifestFormat.Head(
                shard.id(),
                epoch,
                number,
                isWhole,
                shard.logEnd(),
                untieredBytes.getAsLong(),
                clock.millis());
    }

    /// Whether nobody took a higher epoch. What the copy did not name before this was asked may be
    /// deleted then: whoever takes an epoch reads the copy after that.
    public boolean mayDelete() throws StoreException {
        Named newest = Copies.newest(Copies.list(store, names.manifests(shard.id())));
        if (newest == null || newest.epoch() <= shard.epoch()) {
            return true;
        }
        log.atWarn()
                .addKeyValue("shard", shard.id())
                .addKeyValue("epoch", shard.epoch())
                .addKeyValue("taken", newest.key())
                .log("nothing is deleted: the shard was recovered, or is led, elsewhere");
        return false;
    }
}
