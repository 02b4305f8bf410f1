package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.logic.MovePlan;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.DrainNode;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.program.console.ApiAnswers;
import io.quafka.wire.HttpEndpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Who carries which shards, which of them move, and what a change would move, over HTTP.
///
/// | `GET` | parameters |
/// |---|---|
/// | `/api/shards` | none; or `node`, for those that it carries; or `shard`, numbers separated by commas |
/// | `/api/shards/partitions` | `shard`; and, to go on, what `next` was, as `from` |
/// | `/api/shards/topic` | `name`, a topic's: the shard of each of its partitions; and, to go on, what `next` was, as `from` |
/// | `/api/moves` | none: the shards that move |
/// | `/api/moves/plan` | `drain`, a node; or `spread=true`: nothing moves by it |
///
/// Nodes by their ids, the preferred leader first.
final class MovesResource {
    /// Shards in an answer, those with the lowest ids.
    private static final int SHARDS_MAX = 10_000;

    /// Partitions in an answer.
    private static final int PARTITIONS_MAX = 20_000;

    private final Controller controller;

    MovesResource(Controller controller) {
        this.controller = controller;
    }

    List<HttpEndpoint> endpoints() {
        return List.of(
                ApiAnswers.get("/api/shards", query -> shards(image(), chosen(query))),
                ApiAnswers.get("/api/shards/partitions", query -> partitions(image(), query)),
                ApiAnswers.get("/api/shards/topic", query -> ofTopic(image(), query)),
                ApiAnswers.get("/api/moves", _ -> shards(image(), ShardState::isMoving)),
                ApiAnswers.get("/api/moves/plan", query -> plan(image(), query)));
    }

    private ClusterImage image() {
        return controller.metadata().image();
    }

    private static Predicate<ShardState> chosen(Map<String, String> query) {
        String node = query.get("node");
        if (node != null) {
            int id = number("node", node);
            return shard -> shard.replicas().contains(id);
        }
        String shards = query.get("shard");
        if (shards != null) {
            Set<Integer> ids =
                    Arrays.stream(shards.split(",", -1))
                            .map(id -> number("shard", id))
                            .collect(Collectors.toSet());
            return shard -> ids.contains(shard.id());
        }
        return _ -> true;
    }

    private static Map<String, @Nullable Object> shards(
            ClusterImage image, Predicate<ShardState> chosen) {
        List<ShardState> shards =
                image.shards().values().stream()
                        .filter(chosen)
                        .sorted(Comparator.comparingInt(ShardState::id))
                        .toList();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(
                "shards",
                shards.stream().limit(SHARDS_MAX).map(shard -> shard(image, shard)).toList());
        fields.put("shardsLeftOut", Math.max(0, shards.size() - SHARDS_MAX));
        return fields;
    }

    private static Map<String, @Nullable Object> shard(ClusterImage image, ShardState shard) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("shard", shard.id());
        fields.put("partitions", image.indexes().partitionsOn(shard.id()));
        putReplicas(shard, fields);
        fields.put("moving", shard.isMoving());
        fields.put("from", shard.original());
        fields.put("to", shard.target());
        return fields;
    }

    private static void putReplicas(ShardState shard, Map<String, @Nullable Object> fields) {
        fields.put("leader", shard.leader() == ShardState.NO_LEADER ? null : shard.leader());
        fields.put("replicas", shard.replicas());
        fields.put("inSync", shard.inSync());
        fields.put("adding", shard.adding());
        fields.put("removing", shard.removing());
    }

    /// In the order of topics' names. A topic that is made meanwhile may be missed.
    static Map<String, @Nullable Object> partitions(ClusterImage image, Map<String, String> query) {
        int shardId = number("shard", query.get("shard"));
        if (image.shard(shardId) == null) {
            throw new IllegalArgumentException("there is no shard " + shardId);
        }
        String from = query.getOrDefault("from", "");
        int dash = from.lastIndexOf('-');
        String firstTopic = dash < 0 ? "" : from.substring(0, dash);
        int first = dash < 0 ? 0 : number("from", from.substring(dash + 1));
        NavigableSet<String> names = new TreeSet<>(image.topics().keySet());
        List<Map<String, Object>> topics = new ArrayList<>();
        int left = PARTITIONS_MAX;
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("shard", shardId);
        fields.put("topics", topics);
        for (String name : names.tailSet(firstTopic, true)) {
            Topic topic = image.topic(name);
            List<Integer> indexes = new ArrayList<>();
            int index = name.equals(firstTopic) ? first : 0;
            for (; topic != null && index < topic.partitionCount(); index++) {
                if (topic.partitions().shardOf(index) != shardId) {
                    continue;
                }
                if (left == 0) {
                    break;
                }
                indexes.add(index);
                left--;
            }
            if (!indexes.isEmpty()) {
                topics.add(
                        Map.of(
                                "topic",
                                name,
                                "partitions",
                                indexes,
                                "minInSync",
                                Objects.requireNonNull(topic).settings().minInSyncReplicas()));
            }
            if (topic != null && index < topic.partitionCount()) {
                fields.put("next", name + "-" + index);
                break;
            }
        }
        return fields;
    }

    /// By the partitions' numbers.
    static Map<String, @Nullable Object> ofTopic(ClusterImage image, Map<String, String> query) {
        String name = query.getOrDefault("name", "");
        Topic topic = image.topic(name);
        if (topic == null) {
            throw new IllegalArgumentException("there is no topic '" + name + "'");
        }
        int from = query.containsKey("from") ? number("from", query.get("from")) : 0;
        int first = Math.clamp(from, 0, topic.partitionCount());
        int end = first + Math.min(PARTITIONS_MAX, topic.partitionCount() - first);
        List<Map<String, @Nullable Object>> partitions = new ArrayList<>();
        for (int index = first; index < end; index++) {
            ShardState shard = image.shardOf(topic, index);
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("partition", index);
            if (shard != null) {
                fields.put("shard", shard.id());
                putReplicas(shard, fields);
            }
            partitions.add(fields);
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("topic", name);
        fields.put("partitions", partitions);
        if (end < topic.partitionCount()) {
            fields.put("next", end);
        }
        return fields;
    }

    static Map<String, @Nullable Object> plan(ClusterImage image, Map<String, String> query) {
        String drain = query.get("drain");
        boolean spread = "true".equals(query.get("spread"));
        if (spread == (drain != null)) {
            throw new IllegalArgumentException("say drain, or spread=true");
        }
        List<ShardMove> moves;
        String problem = null;
        if (drain == null) {
            moves = MovePlan.spread(image);
        } else {
            int node = number("drain", drain);
            Outcome outcome = drained(image, node);
            problem = outcome.error() == Errors.NONE ? null : outcome.message();
            moves = problem == null ? MovePlan.toDrain(image, node).orElse(List.of()) : List.of();
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("problem", problem);
        fields.put(
                "moves",
                moves.stream().limit(SHARDS_MAX).map(move -> planned(image, move)).toList());
        fields.put("movesLeftOut", Math.max(0, moves.size() - SHARDS_MAX));
        return fields;
    }

    /// What the controller would say.
    private static Outcome drained(ClusterImage image, int node) {
        var reply =
                (Reply.Outcomes)
                        ControllerLogic.decide(
                                        image,
                                        new DrainNode(node, true),
                                        IdSource.from(Uuid.ZERO_UUID))
                                .reply();
        return reply.outcomes().getFirst();
    }

    private static Map<String, @Nullable Object> planned(ClusterImage image, ShardMove move) {
        ShardState shard = image.shard(move.shardId());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("shard", move.shardId());
        fields.put("partitions", image.indexes().partitionsOn(move.shardId()));
        fields.put("from", shard == null ? List.of() : shard.target());
        fields.put("to", move.replicas());
        return fields;
    }

    private static int number(String name, @Nullable String text) {
        try {
            return Integer.parseInt(text == null ? "" : text.strip());
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(
                    name + " is a number, not '" + (text == null ? "" : text) + "'");
        }
    }
}
