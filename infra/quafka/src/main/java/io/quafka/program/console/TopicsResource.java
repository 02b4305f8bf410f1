package io.quafka.program.console;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.model.Topic;
import io.quafka.controller.retention.RetentionStatus;
import io.quafka.controller.retention.RetentionStatus.TopicStatus;
import io.quafka.wire.HttpEndpoint;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// `GET /api/topics`: topics with their shares of the disks.
///
/// | parameter | |
/// |---|---|
/// | `search` | part of the name |
/// | `sort` | `name`, `used` (the default), `rate` or `percent`; all but names from the largest down |
/// | `limit` | 1 to 500, 100 by default |
/// | `from` | so many are passed over |
///
/// `matching` says how many there are in all. Bytes, seconds (-1: never) and percentages as
/// numbers.
final class TopicsResource {
    static final int LIMIT_MAX = 500;
    private static final int LIMIT = 100;

    private final ClusterCalls cluster;

    TopicsResource(ClusterCalls cluster) {
        this.cluster = cluster;
    }

    HttpEndpoint endpoint() {
        return ApiAnswers.get("/api/topics", this::fields);
    }

    private Map<String, @Nullable Object> fields(Map<String, String> query)
            throws ExecutionException, TimeoutException, InterruptedException {
        int limit = ApiAnswers.number(query, "limit", LIMIT, 1, LIMIT_MAX);
        int from = ApiAnswers.number(query, "from", 0, 0, Integer.MAX_VALUE);
        String search = query.getOrDefault("search", "").toLowerCase(Locale.ROOT);
        Comparator<TopicStatus> order = order(query.getOrDefault("sort", "used"));
        RetentionStatus status = cluster.retention();
        ClusterImage image = cluster.image();
        List<TopicStatus> matching =
                status.topics().stream()
                        .filter(topic -> topic.name().toLowerCase(Locale.ROOT).contains(search))
                        .sorted(order)
                        .toList();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("capacityBytes", status.capacityBytes());
        fields.put("restBytes", status.restBytes());
        fields.put(
                "percentGiven",
                status.topics().stream().mapToLong(TopicStatus::share).sum()
                        * 100.0
                        / RetentionShares.WHOLE);
        fields.put("matching", matching.size());
        fields.put(
                "topics",
                matching.stream()
                        .skip(from)
                        .limit(limit)
                        .map(topic -> topic(topic, image.topic(topic.name())))
                        .toList());
        return fields;
    }

    private static Comparator<TopicStatus> order(String sort) {
        Comparator<TopicStatus> byName = Comparator.comparing(TopicStatus::name);
        return switch (sort) {
            case "name" -> byName;
            case "used" ->
                    Comparator.comparingLong(TopicStatus::usedBytes)
                            .reversed()
                            .thenComparing(byName);
            case "rate" ->
                    Comparator.comparingLong(TopicStatus::bytesPerSecond)
                            .reversed()
                            .thenComparing(byName);
            case "percent" ->
                    Comparator.comparingInt(TopicStatus::share).reversed().thenComparing(byName);
            default ->
                    throw new IllegalArgumentException(
                            "sort is name, used, rate or percent, not '" + sort + "'");
        };
    }

    private static Map<String, @Nullable Object> topic(TopicStatus status, @Nullable Topic topic) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("topic", status.name());
        fields.put("partitions", status.partitions());
        fields.put("compacted", topic != null && topic.settings().compacted());
        fields.put("percent", status.share() * 100.0 / RetentionShares.WHOLE);
        fields.put("shareBytes", status.shareBytes());
        fields.put("limitBytes", status.limitBytes());
        fields.put("usedBytes", status.usedBytes());
        fields.put("bytesPerSecond", status.bytesPerSecond());
        fields.put("seconds", status.seconds());
        fields.put("binds", status.binds());
        return fields;
    }
}
