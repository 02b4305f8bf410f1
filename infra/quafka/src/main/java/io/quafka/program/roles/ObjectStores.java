package io.quafka.program.roles;

import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.TieringStore;
import io.quafka.storage.tier.MergePolicy;
import io.quafka.storage.tier.Merging;
import io.quafka.storage.tier.StoreDirectory;
import io.quafka.storage.tier.TieringConfig;
import io.quafka.tiering.directory.DirectoryStore;
import io.quafka.tiering.read.HistoryConfig;
import io.quafka.tiering.read.HistoryReader;
import io.quafka.tiering.s3.S3Store;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The object store of this process, as it was configured, and who uses it.
final class ObjectStores {
    private static final Duration RETRY_MIN = Duration.ofSeconds(1);

    /// For gateways that were told of an object just before its ranges went into another.
    private static final Duration DELETE_DELAY = Duration.ofSeconds(5);

    private final Configuration configuration;
    private final StoreCounters counters = new StoreCounters();
    private final @Nullable Path directory;
    private final @Nullable ObjectStore store;
    private volatile @Nullable HistoryReader history;

    private ObjectStores(Configuration configuration, @Nullable Path ownDirectory)
            throws StoreException {
        this.configuration = configuration;
        this.directory =
                configuration.get(ConfigKeys.TIERING_STORE) == TieringStore.DIRECTORY
                        ? directory(configuration, ownDirectory)
                        : null;
        this.store =
                switch (configuration.get(ConfigKeys.TIERING_STORE)) {
                    case NONE -> null;
                    case DIRECTORY ->
                            DirectoryStore.open(Objects.requireNonNull(directory), counters);
                    case S3 -> S3Store.open(S3Settings.of(configuration), counters);
                };
    }

    /// Opens the store, if one is configured.
    ///
    /// @param ownDirectory where a directory store is where none was named; null if it must be
    /// @param opened closes the store
    static ObjectStores open(
            Configuration configuration, @Nullable Path ownDirectory, ClosingStack opened)
            throws StoreException {
        ObjectStores stores = new ObjectStores(configuration, ownDirectory);
        if (stores.store != null) {
            opened.add(stores.store);
        }
        return stores;
    }

    private static Path directory(Configuration configuration, @Nullable Path ownDirectory) {
        return configuration
                .get(ConfigKeys.TIERING_DIRECTORY)
                .or(() -> Optional.ofNullable(ownDirectory))
                .orElseThrow(() ->
                        new StartException(
                                "tiering.store=directory needs tiering.directory: one that every"
                                        + " storage and gateway process sees"));
    }

    /// The store itself; null where none is configured.
    @Nullable ObjectStore store() {
        return store;
    }

    /// How a storage node tiers; null if it does not.
    @Nullable TieringConfig tiering() {
        return store == null
                ? null
                : new TieringConfig(
                        store,
                        configuration.get(ConfigKeys.TIERING_INTERVAL),
                        configuration.get(ConfigKeys.STORAGE_RETENTION_INTERVAL),
                        configuration.get(ConfigKeys.TIERING_SEAL_AFTER),
                        configuration.get(ConfigKeys.TIERING_SWEEP_INTERVAL),
                        configuration.get(ConfigKeys.TIERING_SWEEP_AGE),
                        configuration.get(ConfigKeys.TIERING_BACKUP_INTERVAL),
                        RETRY_MIN,
                        configuration.get(ConfigKeys.TIERING_RETRY_MAX),
                        DELETE_DELAY,
                        new Merging(
                                configuration.get(ConfigKeys.TIERING_MERGE_BYTES),
                                MergePolicy.DEFAULT,
                                configuration.get(ConfigKeys.STORAGE_COMPACTION_INTERVAL)),
                        directory == null
                                ? null
                                : new StoreDirectory(
                                        directory,
                                        configuration.get(ConfigKeys.TIERING_DIRECTORY_PERCENT)));
    }

    /// Opens what a gateway reads history through; null where there is no object store.
    @Nullable HistoryReader history(ClosingStack opened) {
        if (store == null) {
            return null;
        }
        HistoryConfig defaults = HistoryConfig.DEFAULT;
        HistoryReader reader =
                opened.add(
                        new HistoryReader(
                                store,
                                new HistoryConfig(
                                        configuration.get(ConfigKeys.GATEWAY_HISTORY_MEMORY_BYTES),
                                        defaults.indexBytes(),
                                        defaults.requestBytes(),
                                        defaults.loads(),
                                        defaults.queuedLoads(),
                                        defaults.prefetchBlocks(),
                                        defaults.memoryWait())));
        history = reader;
        return reader;
    }

    /// Tells the requests that this process made of the store, and what it read there.
    void write(PrometheusText text) {
        counters.write(text);
        HistoryMetrics.write(text, history);
    }
}
