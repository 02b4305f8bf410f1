package io.quafka.storage.backup;

import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.BudgetsPublished;
import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster's metadata in the store, as its records: topics with their ids, partitions and
/// settings, settings of the cluster and of groups, shards and nodes; not the budgets, which are
/// worked out anew. All integers are big endian.
///
/// ```
/// Copy := magic:4 'Q' 'B' 'C' '1', version:4 (1), writtenMs:8, length:4, Records of so many bytes
///         (see RecordCodec), CRC-32C of all before it:4
/// ```
///
/// The leader of the cluster's first shard writes it, under that shard's epoch: storage nodes have
/// both the store and the metadata, controllers need no store, and whoever may write manifests may
/// write this. For one thread at a time.
public final class ClusterBackup {
    private static final int MAGIC = 0x51424331;
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 20;
    private static final int LENGTH_AT = 16;

    /// Copies kept: the newest, and one before it.
    private static final int KEPT = 2;

    private final ObjectStore store;
    private final BackupNames names;
    private byte[] written = new byte[0];
    private int writtenEpoch = -1;

    public ClusterBackup(ObjectStore store, BackupNames names) {
        this.store = store;
        this.names = names;
    }

    /// @param writtenMs by the writer's clock
    public record Newest(List<MetadataRecord> records, long writtenMs) {}

    /// Writes the metadata, unless they are what was written last.
    public void write(ClusterImage image, int epoch, long nowMs) throws StoreException {
        List<MetadataRecord> records = new ArrayList<>(ImageBuilder.records(image));
        records.removeIf(record -> record instanceof BudgetsPublished);
        byte[] bytes = RecordCodec.encode(records);
        if (epoch == writtenEpoch && Arrays.equals(bytes, written)) {
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(HEAD_BYTES + bytes.length + Integer.BYTES);
        copy.putInt(MAGIC).putInt(VERSION).putLong(nowMs).putInt(bytes.length).put(bytes);
        copy.putInt(ManifestFormat.crc(copy.duplicate().flip())).flip();
        String key = BackupNames.key(names.metadata(), epoch, image.version());
        try (ObjectUpload upload = store.create(key)) {
            upload.write(copy);
            upload.commit();
        }
        written = bytes;
        writtenEpoch = epoch;
        List<Named> copies = Copies.list(store, names.metadata());
        if (copies.size() > KEPT) {
            Copies.deleteBefore(store, copies, copies.get(copies.size() - KEPT).key());
        }
    }

    /// The newest copy; null if there is none.
    ///
    /// @throws CopyDamagedException naming the object
    public @Nullable Newest read() throws IOException {
        Named newest = Copies.newest(Copies.list(store, names.metadata()));
        if (newest == null) {
            return null;
        }
        ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(store.head(newest.key()).size()));
        store.read(newest.key(), 0, copy);
        copy.flip();
        int end = copy.limit() - Integer.BYTES;
        if (end < HEAD_BYTES
                || copy.getInt(0) != MAGIC
                || copy.getInt(end) != ManifestFormat.crc(copy.slice(0, end))) {
            throw new CopyDamagedException(
                    "object %s: it does not match its checksum".formatted(newest.key()));
        }
        if (copy.getInt(4) != VERSION) {
            throw new CopyDamagedException(
                    "object %s is of version %d; this program knows %d"
                            .formatted(newest.key(), copy.getInt(4), VERSION));
        }
        try {
            return new Newest(
                    RecordCodec.decode(copy.slice(HEAD_BYTES, copy.getInt(LENGTH_AT))),
                    copy.getLong(8));
        } catch (MetadataFormatException | IndexOutOfBoundsException e) {
            throw new CopyDamagedException("object %s: %s".formatted(newest.key(), e.getMessage()));
        }
    }

    /// The clusters that have metadata or objects in a store, by id.
    public static List<String> clusters(ObjectStore store) throws StoreException {
        List<String> found = new ArrayList<>();
        String after = null;
        while (true) {
            var page = store.list("", after);
            if (page.objects().isEmpty()) {
                if (page.next() == null) {
                    return found;
                }
                after = page.next();
                continue;
            }
            String key = page.objects().getFirst().key();
            int slash = key.indexOf('/');
            if (slash > 0) {
                String cluster = key.substring(0, slash);
                found.add(cluster);
                // The character behind a slash: past all that begins with the cluster and a slash.
                after = cluster + "0";
            } else {
                after = key;
            }
        }
    }
}
