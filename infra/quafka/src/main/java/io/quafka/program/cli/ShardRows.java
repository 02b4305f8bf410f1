package io.quafka.program.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Shards as a gateway tells of them, and as tables show them.
final class ShardRows {
    /// Shards that are asked for by name: the bound on a question's length.
    private static final int NAMED_MAX = 200;

    private ShardRows() {}

    /// @throws CommandFailedException if there is none of that number
    static Map<String, Object> one(HttpQuery http, int shard)
            throws IOException, InterruptedException {
        return of(http, Map.of("shard", String.valueOf(shard))).stream()
                .findFirst()
                .orElseThrow(() ->
                        new CommandFailedException(
                                "there is no shard " + shard + ": 'quafka node shards' shows all"));
    }

    /// Those of these that there are, and maybe others, by number.
    static Map<Integer, Map<String, Object>> named(HttpQuery http, List<Integer> shards)
            throws IOException, InterruptedException {
        Map<String, String> query =
                shards.size() > NAMED_MAX ? Map.of() : Map.of("shard", joined(shards));
        Map<Integer, Map<String, Object>> found = new LinkedHashMap<>();
        of(http, query).forEach(shard -> found.put((int) Human.number(shard, "shard"), shard));
        return found;
    }

    /// @param query as `/api/shards` takes it
    static List<Map<String, Object>> of(HttpQuery http, Map<String, String> query)
            throws IOException, InterruptedException {
        return Human.list(http.get("/api/shards", query).fields(), "shards");
    }

    /// Where all replicas lie, as a table.
    static List<Map<String, Object>> table(List<Map<String, Object>> shards) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> shard : shards) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("shard", Human.number(shard, "shard"));
            row.put("partitions", Human.number(shard, "partitions"));
            row.put("leader", leader(shard));
            row.put("replicas", joined(nodes(shard, "replicas")));
            row.put("in-sync", joined(nodes(shard, "inSync")));
            row.put(
                    "moves to",
                    Boolean.TRUE.equals(shard.get("moving")) ? joined(nodes(shard, "to")) : "-");
            rows.add(row);
        }
        return rows;
    }

    /// What moves, or would, as a table.
    static List<Map<String, Object>> moves(List<Map<String, Object>> moves) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> move : moves) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("shard", Human.number(move, "shard"));
            row.put("partitions", Human.number(move, "partitions"));
            row.put("from", joined(nodes(move, "from")));
            row.put("to", joined(nodes(move, "to")));
            if (move.containsKey("inSync")) {
                row.put("leader", leader(move));
                row.put("in-sync", joined(nodes(move, "inSync")));
            }
            rows.add(row);
        }
        return rows;
    }

    static List<Integer> nodes(Map<String, Object> shard, String name) {
        return shard.get(name) instanceof List<?> list
                ? list.stream()
                        .filter(Number.class::isInstance)
                        .map(id -> ((Number) id).intValue())
                        .toList()
                : List.of();
    }

    static String joined(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    static String leader(Map<String, Object> shard) {
        @Nullable Object leader = shard.get("leader");
        return leader == null ? "none" : leader.toString();
    }
}
