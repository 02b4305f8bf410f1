package io.quafka.program.roles;

import io.quafka.storage.node.CompactionFigures;
import io.quafka.storage.node.DiskFigures;
import io.quafka.storage.node.LocalStorageNode;
import io.quafka.storage.node.StorageFigures;
import io.quafka.storage.remote.AnswerMemory;
import io.quafka.storage.tier.TieringFigures;
import io.quafka.wire.BufferPool;
import io.quafka.wire.CloseReason;
import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpEndpoint.Answer;
import io.quafka.wire.KafkaServer;
import io.quafka.wire.RequestClass;
import io.quafka.wire.ServerCounters;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a process answers over HTTP on its Kafka port: whether it lives, has started, is ready; and
/// its figures.
final class HttpResources {
    /// How far the process is. Only [#READY] is to be sent clients.
    enum Phase {
        STARTING,
        READY,
        STOPPING
    }

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final Supplier<Phase> phase;
    private final BufferPool buffers;
    private volatile @Nullable KafkaServer server;
    private volatile @Nullable LocalStorageNode storage;
    private volatile @Nullable AnswerMemory answers;
    private volatile @Nullable ObjectStores objects;

    HttpResources(Supplier<Phase> phase, BufferPool buffers) {
        this.phase = phase;
        this.buffers = buffers;
    }

    /// The server whose figures are told, from when it exists.
    void describe(KafkaServer running) {
        server = running;
    }

    /// The storage node whose figures are told, from when it is open.
    void describe(LocalStorageNode opened) {
        storage = opened;
    }

    /// The memory whose figures are told: of a process whose storage nodes are others.
    void describe(AnswerMemory memory) {
        answers = memory;
    }

    /// The object store whose figures are told.
    void describe(ObjectStores store) {
        objects = store;
    }

    List<HttpEndpoint> endpoints() {
        return List.of(
                // Live as long as it can answer at all: restarting it would not help a start that
                // takes long.
                HttpEndpoint.get("/health/live", () -> health(true)),
                HttpEndpoint.get("/health/started", () -> health(phase.get() != Phase.STARTING)),
                HttpEndpoint.get("/health/ready", () -> health(phase.get() == Phase.READY)),
                HttpEndpoint.get("/metrics", this::metrics));
    }

    private Answer health(boolean good) {
        return Answer.json(
                good ? OK : UNAVAILABLE,
                "{\"phase\":\"" + phase.get().name().toLowerCase(Locale.ROOT) + "\"}\n");
    }

    private Answer metrics() {
        return new Answer(
                OK, PrometheusText.CONTENT_TYPE, figures().getBytes(StandardCharsets.UTF_8));
    }

    /// What `/metrics` answers.
    String figures() {
        PrometheusText text = new PrometheusText();
        KafkaServer running = server;
        if (running != null) {
            connections(text, running.counters());
        }
        text.gauge(
                        "quafka_buffers_capacity_bytes",
                        "Most the buffer pool may hold.",
                        buffers.capacity())
                .gauge(
                        "quafka_buffers_in_use_bytes",
                        "Lent to requests and answers.",
                        buffers.inUse())
                .gauge("quafka_buffers_kept_bytes", "Kept for reuse.", buffers.kept())
                .gauge("quafka_buffers_waiting", "Frames that wait for room.", buffers.waiting())
                .counter(
                        "quafka_buffers_timeouts_total",
                        "Frames that waited for room in vain.",
                        buffers.timedOut());
        AnswerMemory memory = answers;
        if (memory != null) {
            answers(text, memory);
        }
        LocalStorageNode node = storage;
        if (node != null) {
            storage(text, node.figures());
            disk(text, node.disk());
            tiering(text, node.tiering());
        }
        ObjectStores store = objects;
        if (store != null) {
            store.write(text);
        }
        process(text);
        return text.toString();
    }

    private static void connections(PrometheusText text, ServerCounters counters) {
        text.gauge("quafka_connections", "Kafka connections open.", counters.connectionsOpen())
                .counter(
                        "quafka_connections_opened_total",
                        "Kafka connections opened.",
                        counters.connectionsOpened())
                .counter("quafka_requests_total", "Requests parsed.", counters.requests())
                .counter("quafka_responses_total", "Responses written.", counters.responses())
                .counter(
                        "quafka_received_bytes_total",
                        "Bytes of request frames.",
                        counters.bytesIn())
                .counter("quafka_sent_bytes_total", "Bytes of responses.", counters.bytesOut())
                .gauge(
                        "quafka_in_flight_bytes",
                        "Bytes of requests that are being answered.",
                        counters.bytesInFlight())
                .counter(
                        "quafka_throttled_responses_total",
                        "Responses that had a client wait because of its quota.",
                        counters.muted())
                .counters(
                        "quafka_connections_closed_total",
                        "Connections closed or refused, by reason.");
        for (CloseReason reason : CloseReason.values()) {
            text.sample(
                    "quafka_connections_closed_total",
                    "reason",
                    reason.name().toLowerCase(Locale.ROOT),
                    counters.closed(reason));
        }
        latencies(text, counters);
    }

    private static void latencies(PrometheusText text, ServerCounters counters) {
        text.histograms(
                "quafka_request_seconds",
                "Time from a request's last byte until its answer was written to the connection, by class of requests.");
        for (RequestClass each : RequestClass.values()) {
            text.histogram(
                    "quafka_request_seconds",
                    "class",
                    each.name().toLowerCase(Locale.ROOT),
                    counters.latency(each));
        }
    }

    private static void answers(PrometheusText text, AnswerMemory memory) {
        text.gauge(
                        "quafka_answer_buffers_capacity_bytes",
                        "Most memory that storage nodes' answers to fetches may lie in.",
                        memory.pool().capacity())
                .gauge(
                        "quafka_answer_buffers_in_use_bytes",
                        "Memory that such answers lie in.",
                        memory.pool().inUse())
                .gauge(
                        "quafka_answer_buffers_promised_bytes",
                        "What fetches that are not answered yet may fill at most.",
                        memory.promised())
                .gauge(
                        "quafka_answer_buffers_waiting",
                        "Answers that wait for room.",
                        memory.pool().waiting());
    }

    private static void storage(PrometheusText text, StorageFigures figures) {
        text.gauge("quafka_storage_shards", "Shards that are open.", figures.shards())
                .gauge(
                        "quafka_storage_shards_failed",
                        "Shards that take no more writes until the process is started again.",
                        figures.shardsFailed())
                .counter(
                        "quafka_storage_groups_total",
                        "Append groups made durable, each by one write.",
                        figures.groups())
                .counter(
                        "quafka_storage_group_requests_total",
                        "Requests to append in those groups, refused ones too.",
                        figures.appends())
                .counter(
                        "quafka_storage_appended_bytes_total",
                        "Bytes of partitions' appends, refused ones too.",
                        figures.appendedBytes())
                .counter(
                        "quafka_storage_group_nanoseconds_total",
                        "Time that writing append groups and forcing them to disk took.",
                        figures.groupNanos())
                .histogram(
                        "quafka_storage_sync_seconds",
                        "Time that forcing an append group to disk took, which is part of quafka_storage_group_nanoseconds_total.",
                        figures.syncs())
                .counter(
                        "quafka_storage_appended_records_total",
                        "Records made durable.",
                        figures.records())
                .gauge(
                        "quafka_storage_log_bytes",
                        "Bytes of the commit logs on disk.",
                        figures.logBytes())
                .gauge(
                        "quafka_storage_segments",
                        "Segments of the commit logs, active ones too.",
                        figures.segments());
        reads(text, figures);
        compaction(text, figures.compaction());
    }

    private static void reads(PrometheusText text, StorageFigures figures) {
        text.counter(
                        "quafka_storage_read_bytes_total",
                        "Bytes of batches read for fetches.",
                        figures.readBytes())
                .gauge(
                        "quafka_storage_read_memory_capacity_bytes",
                        "Most memory that answers to fetches may lie in.",
                        figures.readMemoryCapacity())
                .gauge(
                        "quafka_storage_read_memory_in_use_bytes",
                        "Memory that answers to fetches lie in.",
                        figures.readMemoryInUse())
                .gauge(
                        "quafka_storage_read_memory_waiting",
                        "Fetches that wait for memory.",
                        figures.fetchesAwaitingMemory())
                .histogram(
                        "quafka_storage_fetch_seconds",
                        "Time from when a fetch could be answered, at its arrival or when its wait for records was over, until its answer was ready.",
                        figures.fetches());
    }

    private static void compaction(PrometheusText text, CompactionFigures figures) {
        text.counter(
                        "quafka_storage_compaction_passes_total",
                        "Times that a partition was compacted.",
                        figures.passes())
                .counter(
                        "quafka_storage_compaction_read_bytes_total",
                        "Bytes read to compact partitions.",
                        figures.bytesRead())
                .counter(
                        "quafka_storage_compaction_dropped_bytes_total",
                        "Bytes of batches that compaction took away.",
                        figures.bytesDropped())
                .counter(
                        "quafka_storage_compaction_dropped_records_total",
                        "Records that compaction took away.",
                        figures.recordsDropped())
                .gauge(
                        "quafka_storage_compaction_watched",
                        "Partitions that will be looked at for compaction, now or at a known time.",
                        figures.partitionsWatched())
                .gauge(
                        "quafka_storage_compaction_failed",
                        "Partitions that could not be compacted, and are left alone until the process is started again.",
                        figures.partitionsUncleanable());
    }

    private static void disk(PrometheusText text, DiskFigures disk) {
        text.gauge(
                        "quafka_storage_disk_used_bytes",
                        "What the storage node's files take of the disk: segments, spare ones, the index.",
                        disk.used())
                .gauge(
                        "quafka_storage_disk_dead_bytes",
                        "Part of that which nobody needs any more, but segments still hold.",
                        disk.dead())
                .gauge(
                        "quafka_storage_disk_capacity_bytes",
                        "What they may take; 0 while the controller has not said.",
                        disk.capacity())
                .gauge(
                        "quafka_storage_pressure",
                        "Rung of the ladder that pressure on the disk has reached: 0 none, 1 lend back, 2 seal early, 3 expire, 4 throttle, 5 refuse.",
                        disk.step().ordinal())
                .counter(
                        "quafka_storage_budget_trimmed_bytes_total",
                        "Bytes of records that expired because their topics were over their budgets.",
                        disk.trimmed())
                .counter(
                        "quafka_storage_budget_throttled_total",
                        "Batches whose producers were told to wait because their topics were over their budgets.",
                        disk.throttled())
                .counter(
                        "quafka_storage_budget_refused_total",
                        "Batches that were refused because their topics were over their budgets.",
                        disk.refused());
    }

    private static void tiering(PrometheusText text, TieringFigures figures) {
        text.counter(
                        "quafka_tiering_uploads_total",
                        "Objects brought to the store and into the manifest.",
                        figures.uploads())
                .counter(
                        "quafka_tiering_uploaded_bytes_total",
                        "Bytes of those objects.",
                        figures.uploadedBytes())
                .counter(
                        "quafka_tiering_failures_total",
                        "Uploads, merges, deletions and sweeps that failed, to be tried again.",
                        figures.failures())
                .counter(
                        "quafka_tiering_deletions_total",
                        "Objects deleted because nobody needs anything in them any more.",
                        figures.deletions())
                .counter(
                        "quafka_tiering_orphans_total",
                        "Objects deleted because no manifest knew them.",
                        figures.orphans())
                .counter(
                        "quafka_tiering_merges_total",
                        "Objects made of smaller ones, which they took the place of.",
                        figures.merges())
                .counter(
                        "quafka_tiering_merged_objects_total",
                        "Objects that those were made of.",
                        figures.mergedObjects())
                .counter(
                        "quafka_tiering_merged_bytes_total",
                        "Bytes of the objects made of others: read from the store, and written to it again.",
                        figures.mergedBytes())
                .gauge(
                        "quafka_tiering_backlog_bytes",
                        "Bytes of sealed segments that were not tiered yet.",
                        figures.backlogBytes())
                .gauge(
                        "quafka_tiering_directory_bytes",
                        "Bytes of objects in a directory on the storage node's own volume; 0 where they lie elsewhere.",
                        figures.directoryBytes())
                .gauge(
                        "quafka_tiering_directory_capacity_bytes",
                        "What they may take of it; 0 where they lie elsewhere.",
                        figures.directoryCapacity());
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static void process(PrometheusText text) {
        Runtime runtime = Runtime.getRuntime();
        text.gauge(
                        "quafka_heap_used_bytes",
                        "Heap in use.",
                        runtime.totalMemory() - runtime.freeMemory())
                .gauge("quafka_heap_max_bytes", "Most heap there may be.", runtime.maxMemory())
                .gauge(
                        "quafka_direct_memory_used_bytes",
                        "Memory of the Java runtime's direct buffers, which lies outside the heap.",
                        directBytes())
                .gauge(
                        "process_start_time_seconds",
                        "When the process started, in seconds since 1970.",
                        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    }
}
