package io.quafka.storage.backup;

import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.storage.shard.ManifestEntry;
import io.quafka.storage.shard.ManifestSource;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the store has of a shard's manifest.
public final class ManifestCopies implements ManifestSource {
    private final ObjectStore store;
    private final BackupNames names;
    private final int shard;

    public ManifestCopies(ObjectStore store, BackupNames names, int shard) {
        this.store = store;
        this.names = names;
        this.shard = shard;
    }

    /// The newest copy.
    ///
    /// @param logEnd position where the commit log ended, or later
    /// @param untieredBytes of the log, that were in no object then
    /// @param writtenMs by the writer's clock
    public record Newest(int epoch, long logEnd, long untieredBytes, long writtenMs) {}

    /// The highest epoch that anything was written in; -1 if nothing was.
    public int newestEpoch() throws IOException {
        Named newest = Copies.newest(Copies.list(store, names.manifests(shard)));
        return newest == null ? -1 : newest.epoch();
    }

    /// Takes an epoch: from then on, whoever writes in an earlier one deletes nothing any more.
    ///
    /// @return false if somebody else took it
    public boolean claim(int epoch, String by) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(by.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return store.putIfAbsent(names.manifest(shard, epoch, 0, BackupNames.CLAIM), bytes);
    }

    @Override
    public boolean read(Consumer<ManifestEntry> to) throws IOException {
        return readNewest(to) != null;
    }

    /// As [#read]; says of what time it is. Null if there is no copy.
    public @Nullable Newest readNewest(Consumer<ManifestEntry> to) throws IOException {
        Newest newest = null;
        for (Named each : chain(Copies.list(store, names.manifests(shard)))) {
            ManifestReader reader = new ManifestReader(store, each.key());
            ManifestFormat.Head head = reader.head();
            if (head.shard() != shard
                    || head.epoch() != each.epoch()
                    || head.sequence() != each.number()) {
                throw new CopyDamagedException(
                        "object %s is another's copy: shard %d, epoch %d, sequence %d"
                                .formatted(
                                        each.key(), head.shard(), head.epoch(), head.sequence()));
            }
            reader.entries(to);
            newest =
                    new Newest(head.epoch(), head.logEnd(), head.untieredBytes(), head.writtenMs());
        }
        return newest;
    }

    /// The newest whole copy and what follows on it.
    private static List<Named> chain(List<Named> copies) {
        List<Named> chain = new ArrayList<>();
        for (Named each : copies) {
            if (each.kind().equals(BackupNames.WHOLE)) {
                chain.clear();
                chain.add(each);
            } else if (each.kind().equals(BackupNames.MORE) && !chain.isEmpty()) {
                Named before = chain.getLast();
                // One that does not follow on was written by a leader whose whole copy is yet to
                // come, or is left of one that was deleted.
                if (before.epoch() == each.epoch() && before.number() + 1 == each.number()) {
                    chain.add(each);
                }
            }
        }
        return chain;
    }
}
