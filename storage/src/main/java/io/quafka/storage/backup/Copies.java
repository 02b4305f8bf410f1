package io.quafka.storage.backup;

import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The copies below a prefix of the store: what [BackupNames] orders.
public final class Copies {
    private Copies() {}

    /// All of them, older ones first.
    public static List<Named> list(ObjectStore store, String prefix) throws StoreException {
        List<Named> found = new ArrayList<>();
        String after = null;
        do {
            var page = store.list(prefix, after);
            for (ObjectInfo each : page.objects()) {
                Named named = BackupNames.read(prefix, each.key());
                if (named != null) {
                    found.add(named);
                }
            }
            after = page.next();
        } while (after != null);
        return found;
    }

    public static @Nullable Named newest(List<Named> copies) {
        return copies.isEmpty() ? null : copies.getLast();
    }

    /// Deletes all that come before a key.
    public static void deleteBefore(ObjectStore store, List<Named> copies, String key)
            throws StoreException {
        List<String> old =
                copies.stream().map(Named::key).filter(each -> each.compareTo(key) < 0).toList();
        if (!old.isEmpty()) {
            store.delete(old);
        }
    }
}
