package io.quafka.program.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A topic's partitions with the shards that they lie in, as `quafka topic describe` shows them.
final class PartitionRows {
    private PartitionRows() {}

    /// The shard of each partition, by the partition's number.
    ///
    /// @throws CommandFailedException where the gateway refuses
    static Map<Integer, Map<String, Object>> shards(HttpQuery http, String topic)
            throws IOException, InterruptedException {
        Map<Integer, Map<String, Object>> shards = new HashMap<>();
        Map<String, String> query = new HashMap<>(Map.of("name", topic));
        while (true) {
            Map<String, Object> page = http.get("/api/shards/topic", query).fields();
            for (Map<String, Object> partition : Human.list(page, "partitions")) {
                shards.put((int) Human.number(partition, "partition"), partition);
            }
            Object next = page.get("next");
            if (next == null) {
                return shards;
            }
            query.put("from", next.toString());
        }
    }

    /// For machines: what clients are told, and beside it what there is of the shard.
    static List<Map<String, Object>> withShards(
            List<Map<String, Object>> partitions, Map<Integer, Map<String, Object>> shards) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Map<String, Object> partition : partitions) {
            Map<String, Object> fields = new LinkedHashMap<>(partition);
            Map<String, Object> shard = new LinkedHashMap<>(shardOf(partition, shards));
            shard.remove("partition");
            if (!shard.isEmpty()) {
                fields.put("shard", shard);
            }
            all.add(fields);
        }
        return all;
    }

    /// For people: the nodes that have the data, instead of what clients are told of replicas.
    static List<Map<String, Object>> table(
            List<Map<String, Object>> partitions, Map<Integer, Map<String, Object>> shards) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> partition : partitions) {
            Map<String, Object> shard = shardOf(partition, shards);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("partition", partition.getOrDefault("partition", ""));
            row.put("leader", partition.getOrDefault("leader", ""));
            row.put("shard", shard.getOrDefault("shard", "-"));
            row.put("led by", ShardRows.leader(shard));
            row.put("nodes", nodes(shard, "replicas"));
            row.put("in-sync", nodes(shard, "inSync"));
            row.put("adding", nodes(shard, "adding"));
            row.put("removing", nodes(shard, "removing"));
            row.put("earliest", partition.getOrDefault("earliest", ""));
            row.put("latest", partition.getOrDefault("latest", ""));
            rows.add(row);
        }
        return rows;
    }

    private static Map<String, Object> shardOf(
            Map<String, Object> partition, Map<Integer, Map<String, Object>> shards) {
        return shards.getOrDefault((int) Human.number(partition, "partition"), Map.of());
    }

    private static String nodes(Map<String, Object> shard, String name) {
        String ids = ShardRows.joined(ShardRows.nodes(shard, name));
        return ids.isEmpty() ? "-" : ids;
    }
}
