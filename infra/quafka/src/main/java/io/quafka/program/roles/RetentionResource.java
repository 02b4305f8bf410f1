package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.RetentionShares;
import io.quafka.controller.retention.NodeMeasure;
import io.quafka.controller.retention.RetentionPlan;
import io.quafka.controller.retention.RetentionPlan.Change;
import io.quafka.controller.retention.RetentionPlan.Question;
import io.quafka.controller.retention.RetentionStatus;
import io.quafka.controller.retention.RetentionStatus.NodeStatus;
import io.quafka.controller.retention.RetentionStatus.TopicStatus;
import io.quafka.program.config.Sizes;
import io.quafka.program.console.ApiAnswers;
import io.quafka.wire.HttpEndpoint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// How the disks are shared, and what a change would do, over HTTP.
///
/// | `GET` | parameters |
/// |---|---|
/// | `/api/retention` | none; or `topic`, for that one alone |
/// | `/api/retention/plan` | `topic` and `percent`; or `topic` and `partitions`; or `addNode`, a size |
///
/// Bytes, seconds (-1: never) and percentages as numbers.
final class RetentionResource {
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);

    /// Partitions that one may ask about.
    private static final int PARTITIONS_MAX = 100_000;

    private final Controller controller;

    RetentionResource(Controller controller) {
        this.controller = controller;
    }

    List<HttpEndpoint> endpoints() {
        return List.of(
                ApiAnswers.get("/api/retention", query -> status(query.get("topic"))),
                ApiAnswers.get("/api/retention/plan", this::plan));
    }

    private Map<Integer, NodeMeasure> measures()
            throws ExecutionException, TimeoutException, InterruptedException {
        return controller.measures().get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Map<String, @Nullable Object> status(@Nullable String only)
            throws ExecutionException, TimeoutException, InterruptedException {
        RetentionStatus status = RetentionStatus.of(controller.metadata().image(), measures());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("targetPercent", RetentionStatus.targetPercent(controller.metadata().image()));
        fields.put("capacityBytes", status.capacityBytes());
        fields.put("restBytes", status.restBytes());
        fields.put("nodes", status.nodes().stream().map(RetentionResource::node).toList());
        fields.put(
                "topics",
                status.topics().stream()
                        .filter(topic -> only == null || topic.name().equals(only))
                        .map(RetentionResource::topic)
                        .toList());
        return fields;
    }

    private static Map<String, Object> node(NodeStatus node) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("node", node.id());
        fields.put("volumeBytes", node.volumeBytes());
        fields.put("freeBytes", node.freeBytes());
        fields.put("usedBytes", node.usedBytes());
        fields.put("capacityBytes", node.capacityBytes());
        fields.put("objectsBytes", node.asideBytes());
        return fields;
    }

    private static Map<String, Object> topic(TopicStatus topic) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", topic.name());
        fields.put("partitions", topic.partitions());
        fields.put("percent", percent(topic.share()));
        fields.put("shareBytes", topic.shareBytes());
        fields.put("limitBytes", topic.limitBytes());
        fields.put("usedBytes", topic.usedBytes());
        fields.put("bytesPerSecond", topic.bytesPerSecond());
        fields.put("seconds", topic.seconds());
        fields.put("binds", topic.binds());
        return fields;
    }

    private Map<String, @Nullable Object> plan(Map<String, String> query)
            throws ExecutionException, TimeoutException, InterruptedException {
        RetentionPlan plan =
                RetentionPlan.of(controller.metadata().image(), measures(), question(query));
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("capacityBytesBefore", plan.capacityBefore());
        fields.put("capacityBytesAfter", plan.capacityAfter());
        fields.put("problem", plan.problem());
        fields.put("topics", plan.topics().stream().map(RetentionResource::change).toList());
        return fields;
    }

    private static Question question(Map<String, String> query) {
        String node = query.get("addNode");
        if (node != null) {
            return new Question.AddNode(Sizes.parse(node));
        }
        String topic = query.get("topic");
        String percent = query.get("percent");
        String partitions = query.get("partitions");
        if (topic != null && percent != null) {
            return new Question.Percent(topic, share(percent));
        }
        if (topic != null && partitions != null) {
            return new Question.Partitions(topic, count(partitions));
        }
        throw new IllegalArgumentException(
                "say topic and percent, topic and partitions, or addNode");
    }

    private static int share(String percent) {
        try {
            int share = RetentionShares.ofPercent(Double.parseDouble(percent));
            if (share > 0 && share <= RetentionShares.WHOLE) {
                return share;
            }
        } catch (ArithmeticException | NumberFormatException _) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "a percentage is more than 0 and at most 100, with at most four decimals, not '"
                        + percent
                        + "'");
    }

    private static int count(String partitions) {
        try {
            int count = Integer.parseInt(partitions);
            if (count > 0 && count <= PARTITIONS_MAX) {
                return count;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "a topic has 1 to " + PARTITIONS_MAX + " partitions, not '" + partitions + "'");
    }

    private static Map<String, Object> change(Change change) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", change.topic());
        fields.put("percentBefore", percent(change.shareBefore()));
        fields.put("percentAfter", percent(change.shareAfter()));
        fields.put("bytesBefore", change.bytesBefore());
        fields.put("bytesAfter", change.bytesAfter());
        fields.put("bytesPerSecond", change.bytesPerSecond());
        fields.put("secondsBefore", change.secondsBefore());
        fields.put("secondsAfter", change.secondsAfter());
        fields.put("secondsLost", change.secondsLost());
        return fields;
    }

    private static double percent(int share) {
        return share * 100.0 / RetentionShares.WHOLE;
    }
}
