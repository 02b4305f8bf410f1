package io.quafka.program.roles;

import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.storage.backup.BackupNames;
import io.quafka.storage.backup.BackupNames.Named;
import io.quafka.storage.backup.ClusterBackup;
import io.quafka.storage.backup.Copies;
import io.quafka.storage.backup.ManifestCopies;
import io.quafka.storage.backup.ManifestSummary;
import io.quafka.storage.coordinator.RestoredOffsets;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.node.ShardRestore;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rebuilds a cluster in an empty data directory from what is in an object store: metadata, the
/// manifests of all shards, internal topics. All shards come to one storage node.
///
/// Epochs are taken in the store first: whoever still runs of the old cluster deletes nothing from
/// then on. Until all is done, the directory says that it is not, and nothing starts on it.
public final class Recovery {
    private static final int NO_CORRECTIONS = -1;

    private final Configuration configuration;
    private final InstantSource clock = InstantSource.system();
    private final ObjectStore store;
    private final Progress progress;
    private final BackupNames names;
    private final ClusterBackup.Newest metadata;
    private final ClusterImage image;
    private final Map<Integer, ManifestSummary> summaries = new TreeMap<>();
    private final Map<Integer, ManifestCopies.Newest> manifests = new HashMap<>();
    private final List<RecoveryReport.Shard> shardRows = new ArrayList<>();

    /// Told of each step.
    @FunctionalInterface
    public interface Progress {
        void at(String what, int done, int of);
    }

    private Recovery(
            Configuration configuration,
            ObjectStore store,
            String clusterId,
            ClusterBackup.Newest metadata,
            Progress progress) {
        this.configuration = configuration;
        this.store = store;
        this.progress = progress;
        this.names = new BackupNames(clusterId);
        this.metadata = metadata;
        ImageBuilder builder = new ImageBuilder(ClusterImage.EMPTY);
        metadata.records().forEach(builder::apply);
        this.image = builder.build(1);
    }

    /// Recovers what `tiering.*` names into `node.data.dir`.
    ///
    /// @param cluster its id; null where the store has one only
    /// @param dryRun whether only to look: nothing is written, in the store neither
    /// @throws StartException if it cannot be, in words for people
    /// @throws IOException if the store or the disk fails; an incomplete directory is left then
    public static RecoveryReport run(
            Configuration configuration,
            @Nullable String cluster,
            boolean dryRun,
            Progress progress)
            throws IOException, InterruptedException {
        Path directory = configuration.get(ConfigKeys.NODE_DATA_DIR).toAbsolutePath().normalize();
        if (!dryRun) {
            requireEmpty(directory);
        }
        ClosingStack opened = new ClosingStack();
        try {
            ObjectStore store = ObjectStores.open(configuration, null, opened).store();
            if (store == null) {
                throw new StartException(
                        "where from? Say --from s3://BUCKET/PREFIX or --from directory:/PATH, or set tiering.store");
            }
            String chosen = choose(store, cluster);
            progress.at("metadata", 0, 1);
            ClusterBackup.Newest metadata =
                    new ClusterBackup(store, new BackupNames(chosen)).read();
            if (metadata == null) {
                throw new StartException(
                        "%s has objects of cluster %s, and no copy of its metadata"
                                .formatted(store.location(), chosen));
            }
            Recovery recovery = new Recovery(configuration, store, chosen, metadata, progress);
            return dryRun ? recovery.look() : recovery.recover(directory);
        } finally {
            opened.close();
        }
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new StartException(
                        "%s is not empty: name another directory with --data, or empty it"
                                .formatted(directory));
            }
        }
    }

    private static String choose(ObjectStore store, @Nullable String wanted) throws StoreException {
        List<String> clusters = ClusterBackup.clusters(store);
        if (wanted != null) {
            if (!clusters.contains(wanted)) {
                throw new StartException(
                        "%s has nothing of cluster %s, but of %s"
                                .formatted(store.location(), wanted, clusters));
            }
            return wanted;
        }
        if (clusters.size() != 1) {
            throw new StartException(
                    clusters.isEmpty()
                            ? store.location() + " has nothing of any cluster"
                            : "%s has several clusters: choose with --cluster, of %s"
                                    .formatted(store.location(), clusters));
        }
        return clusters.getFirst();
    }

    private RecoveryReport look() throws IOException {
        readManifests();
        return report(NO_CORRECTIONS, List.of(), 0);
    }

    private void readManifests() throws IOException {
        int done = 0;
        for (int shard : image.shards().keySet()) {
            progress.at("manifests", done++, image.shards().size());
            ManifestSummary summary = new ManifestSummary();
            ManifestCopies.Newest newest =
                    new ManifestCopies(store, names, shard).readNewest(summary);
            summaries.put(shard, summary);
            if (newest != null) {
                manifests.put(shard, newest);
            }
            Named internal = Copies.newest(Copies.list(store, names.internal(shard)));
            shardRows.add(
                    new RecoveryReport.Shard(
                            shard,
                            newest == null ? null : newest.writtenMs(),
                            newest == null ? 0 : newest.untieredBytes(),
                            internal == null
                                    ? null
                                    : store.head(internal.key()).lastModified().toEpochMilli()));
        }
    }

    private RecoveryReport recover(Path directory) throws IOException, InterruptedException {
        Map<Integer, Integer> epochs = takeEpochs();
        readManifests();
        try (DataDirectory data = DataDirectory.beginRecovery(directory)) {
            data.requireCluster(image.clusterId());
            progress.at("metadata", 0, 1);
            new MetadataRestore(configuration, image).run(data, epochs);
            RecoveryReport report = restoreShards(data, epochs);
            data.endRecovery();
            return report;
        }
    }

    private Map<Integer, Integer> takeEpochs() throws IOException {
        Map<Integer, Integer> epochs = new HashMap<>();
        for (ShardState shard : image.shards().values()) {
            ManifestCopies copies = new ManifestCopies(store, names, shard.id());
            int epoch = Math.max(shard.epoch(), copies.newestEpoch()) + 1;
            if (!copies.claim(epoch, "quafka recover")) {
                throw new StartException(
                        "somebody else recovers cluster %s: epoch %d of shard %d was just taken"
                                .formatted(image.clusterId(), epoch, shard.id()));
            }
            epochs.put(shard.id(), epoch);
        }
        return epochs;
    }

    private RecoveryReport restoreShards(DataDirectory data, Map<Integer, Integer> epochs)
            throws IOException, InterruptedException {
        int done = 0;
        try (ShardRestore restore =
                ShardRestore.open(
                        Settings.storage(configuration, data.resolve("storage"), null, List.of()),
                        store,
                        image,
                        clock)) {
            for (Map.Entry<Integer, ManifestSummary> each : summaries.entrySet()) {
                int shard = each.getKey();
                progress.at("shards", done++, summaries.size());
                ManifestCopies.Newest newest = manifests.get(shard);
                restore.shard(
                        shard,
                        epochs.getOrDefault(shard, 1),
                        newest == null ? 0 : newest.logEnd(),
                        each.getValue());
            }
            progress.at("positions", 0, 1);
            return report(
                    restore.groups(), restore.correctOffsets(), restore.abortedTransactions());
        }
    }

    private RecoveryReport report(
            int groups, List<RestoredOffsets.Correction> corrections, int aborted) {
        List<RecoveryReport.Topic> topics = new ArrayList<>();
        new TreeMap<>(image.topics()).forEach((_, topic) -> topics.add(row(topic)));
        return new RecoveryReport(
                image.clusterId(),
                metadata.writtenMs(),
                topics,
                shardRows,
                groups,
                corrections.stream()
                        .map(each ->
                                new RecoveryReport.Position(
                                        each.group(),
                                        each.topic(),
                                        each.partition(),
                                        each.committed(),
                                        each.end()))
                        .toList(),
                aborted);
    }

    private RecoveryReport.Topic row(Topic topic) {
        int empty = 0;
        long offsets = 0;
        long bytes = 0;
        long newestMs = -1;
        for (int i = 0; i < topic.partitionCount(); i++) {
            ManifestSummary summary = summaries.get(topic.partitions().shardOf(i));
            ManifestSummary.Part part =
                    summary == null
                            ? new ManifestSummary.Part(0, 0, 0, -1)
                            : summary.part(new PartitionKey(topic.id(), i));
            empty += part.end() == 0 ? 1 : 0;
            offsets += part.end() - part.start();
            bytes += part.bytes();
            newestMs = Math.max(newestMs, part.newestMs());
        }
        return new RecoveryReport.Topic(
                topic.name(),
                topic.partitionCount(),
                empty,
                offsets,
                bytes,
                newestMs,
                lacks(topic, empty));
    }

    private static String lacks(Topic topic, int empty) {
        if (topic.internal()) {
            return "what came after its copy";
        }
        if (topic.settings().tiered()) {
            return empty == topic.partitionCount()
                    ? "all: nothing was tiered yet"
                    : "what was not tiered yet";
        }
        return topic.settings().compacted()
                ? "all: a compacted topic stays on the disks unless it says remote.storage.enable=true"
                : "all: remote.storage.enable=false";
    }
}
