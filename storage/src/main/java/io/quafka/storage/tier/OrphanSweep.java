package io.quafka.storage.tier;

import io.quafka.storage.index.ObjectState;
import io.quafka.storage.index.TieredObject;
import io.quafka.storage.shard.ManifestEntry;
import io.quafka.storage.shard.Shard;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One look over the objects of a shard in the store for those that no manifest knows. Belongs to
/// the node's tiering thread.
record OrphanSweep(
        Shard shard,
        ObjectStore store,
        ObjectNames names,
        ShardBackup backup,
        ObjectSpace space,
        TieringCounters counters) {
    private static final Logger log = LoggerFactory.getLogger(OrphanSweep.class);

    /// Deletes objects in the store that no manifest knows and that are old enough to be nobody's.
    ///
    /// @param bornBeforeMs objects intended since are left alone
    /// @param stopped asked between pages
    void run(long bornBeforeMs, BooleanSupplier stopped) throws IOException {
        String doubt = shard.manifest().doubt();
        if (doubt != null) {
            log.atWarn()
                    .addKeyValue("shard", shard.id())
                    .addKeyValue("why", doubt)
                    .log("orphans are not swept: the manifest may lack something");
            return;
        }
        String after = null;
        do {
            var page = store.list(names.prefix(), after);
            List<String> orphans = new ArrayList<>();
            for (var found : page.objects()) {
                ObjectNames.Named named = names.read(found.key());
                if (named != null && named.createdMs() < bornBeforeMs && !isKnown(named)) {
                    orphans.add(found.key());
                }
            }
            if (!orphans.isEmpty() && !backup.mayDelete()) {
                return;
            }
            orphans.removeAll(namedInCopy(orphans));
            if (!orphans.isEmpty()) {
                space.delete(store, orphans);
                counters.orphans.add(orphans.size());
                log.atInfo()
                        .addKeyValue("shard", shard.id())
                        .addKeyValue("objects", orphans)
                        .log("orphans deleted");
            }
            after = page.next();
        } while (after != null && !stopped.getAsBoolean());
    }

    /// Those of the keys that the manifest's copy in the store names: whoever reads that copy needs
    /// them, whatever the manifest here says.
    private Set<String> namedInCopy(List<String> keys) throws IOException {
        if (keys.isEmpty()) {
            return Set.of();
        }
        Set<String> asked = new HashSet<>(keys);
        Set<String> named = new HashSet<>();
        backup.copies()
                .read(entry -> {
                    if (entry instanceof ManifestEntry.Stored(TieredObject object)
                            && asked.contains(names.key(object))) {
                        named.add(names.key(object));
                    }
                });
        if (!named.isEmpty()) {
            log.atWarn()
                    .addKeyValue("shard", shard.id())
                    .addKeyValue("objects", named)
                    .log("not deleted: the manifest does not know them, its copy does");
        }
        return named;
    }

    private boolean isKnown(ObjectNames.Named named) {
        for (ObjectState state : ObjectState.values()) {
            TieredObject known = shard.manifest().object(state, named.number());
            if (known != null && known.nonce() == named.nonce()) {
                return true;
            }
        }
        return false;
    }
}
