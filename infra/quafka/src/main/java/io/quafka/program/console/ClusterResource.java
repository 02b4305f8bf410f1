package io.quafka.program.console;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.retention.RetentionStatus;
import io.quafka.controller.retention.RetentionStatus.NodeStatus;
import io.quafka.wire.HttpEndpoint;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `GET /api/cluster`: the nodes, what they hold, and what they do. No parameters.
///
/// Bytes and counts as numbers; what ends in `Total` only grows while its process lives. `figures`
/// is null for a node that is no storage node or did not answer.
final class ClusterResource {
    /// Nodes that are listed: those with the lowest ids.
    static final int NODES_MAX = 500;

    private final ClusterCalls cluster;
    private final NodeFigures figures;
    private final Map<String, ?> gateway;

    /// @param gateway what is told of this process as it was started, such as its version
    ClusterResource(ClusterCalls cluster, NodeFigures figures, Map<String, ?> gateway) {
        this.cluster = cluster;
        this.figures = figures;
        this.gateway = gateway;
    }

    HttpEndpoint endpoint() {
        return ApiAnswers.get("/api/cluster", _ -> fields());
    }

    private Map<String, @Nullable Object> fields()
            throws ExecutionException, TimeoutException, InterruptedException {
        ClusterImage image = cluster.image();
        RetentionStatus status = cluster.retention();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("clusterId", image.clusterId());
        fields.put("metadataVersion", image.version());
        fields.put("gateway", own());
        fields.put("topics", status.topics().size());
        fields.put("partitions", status.topics().stream().mapToLong(t -> t.partitions()).sum());
        fields.put("targetPercent", RetentionStatus.targetPercent(image));
        fields.put("capacityBytes", status.capacityBytes());
        fields.put("restBytes", status.restBytes());
        fields.put("recordBytes", status.topics().stream().mapToLong(t -> t.usedBytes()).sum());
        fields.put(
                "bytesPerSecond",
                status.topics().stream().mapToLong(t -> t.bytesPerSecond()).sum());
        fields.put("shards", shards(image));
        fields.put("nodes", nodes(image, status));
        fields.put("nodesLeftOut", Math.max(0, image.nodes().size() - NODES_MAX));
        return fields;
    }

    private Map<String, Object> own() {
        Map<String, Double> told = figures.own();
        Map<String, Object> fields = new LinkedHashMap<>(gateway);
        fields.put("connections", whole(told, "quafka_connections"));
        fields.put("requestsTotal", whole(told, "quafka_requests_total"));
        fields.put("receivedBytesTotal", whole(told, "quafka_received_bytes_total"));
        fields.put("sentBytesTotal", whole(told, "quafka_sent_bytes_total"));
        return fields;
    }

    private static Map<String, Object> shards(ClusterImage image) {
        long without = 0;
        long behind = 0;
        for (ShardState shard : image.shards().values()) {
            without += shard.leader() == ShardState.NO_LEADER ? 1 : 0;
            behind += shard.inSync().size() < shard.replicas().size() ? 1 : 0;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("count", image.shards().size());
        fields.put("withoutLeader", without);
        fields.put("underReplicated", behind);
        return fields;
    }

    private List<Map<String, @Nullable Object>> nodes(ClusterImage image, RetentionStatus status) {
        Map<Integer, Long> led =
                image.shards().values().stream()
                        .collect(Collectors.groupingBy(ShardState::leader, Collectors.counting()));
        Map<Integer, NodeStatus> disks =
                status.nodes().stream()
                        .collect(Collectors.toMap(NodeStatus::id, Function.identity()));
        Map<Integer, Map<String, Double>> told = new HashMap<>(figures.of(image));
        return image.nodes().values().stream()
                .sorted(Comparator.comparingInt(Node::id))
                .limit(NODES_MAX)
                .map(node -> {
                    Map<String, @Nullable Object> fields = node(node);
                    fields.put("shardsLed", led.getOrDefault(node.id(), 0L));
                    fields.put("disk", disk(disks.get(node.id())));
                    fields.put("figures", figures(told.get(node.id())));
                    return fields;
                })
                .toList();
    }

    private static Map<String, @Nullable Object> node(Node node) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("node", node.id());
        fields.put(
                "roles",
                node.roles().stream()
                        .sorted()
                        .map(r -> r.name().toLowerCase(Locale.ROOT))
                        .toList());
        fields.put("fenced", node.fenced());
        fields.put("draining", node.draining());
        fields.put("rack", node.rack());
        fields.put("kafka", text(node.kafka()));
        fields.put("storage", text(node.storage()));
        return fields;
    }

    private static @Nullable String text(@Nullable Endpoint address) {
        return address == null ? null : address.host() + ":" + address.port();
    }

    private static @Nullable Map<String, Object> disk(@Nullable NodeStatus disk) {
        if (disk == null) {
            return null;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("volumeBytes", disk.volumeBytes());
        fields.put("freeBytes", disk.freeBytes());
        fields.put("usedBytes", disk.usedBytes());
        fields.put("capacityBytes", disk.capacityBytes());
        return fields;
    }

    private static @Nullable Map<String, Object> figures(@Nullable Map<String, Double> told) {
        if (told == null) {
            return null;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("pressure", whole(told, "quafka_storage_pressure"));
        fields.put("shardsFailed", whole(told, "quafka_storage_shards_failed"));
        fields.put("appendedBytesTotal", whole(told, "quafka_storage_appended_bytes_total"));
        fields.put("readBytesTotal", whole(told, "quafka_storage_read_bytes_total"));
        fields.put("throttledTotal", whole(told, "quafka_storage_budget_throttled_total"));
        fields.put("refusedTotal", whole(told, "quafka_storage_budget_refused_total"));
        fields.put("trimmedBytesTotal", whole(told, "quafka_storage_budget_trimmed_bytes_total"));
        fields.put("tieringBacklogBytes", whole(told, "quafka_tiering_backlog_bytes"));
        fields.put("tieringUploadsTotal", whole(told, "quafka_tiering_uploads_total"));
        fields.put("tieringUploadedBytesTotal", whole(told, "quafka_tiering_uploaded_bytes_total"));
        fields.put("tieringFailuresTotal", whole(told, "quafka_tiering_failures_total"));
        return fields;
    }

    private static long whole(Map<String, Double> told, String name) {
        return told.getOrDefault(name, 0.0).longValue();
    }
}
