package io.quafka.program.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;

/// Moves shards as Kafka's clients can: by asking for all of their partitions.
final class ShardMoves {
    /// How often it is asked for, where partitions come and go meanwhile.
    private static final int ATTEMPTS_MAX = 5;

    private final Admin admin;
    private final HttpQuery http;

    ShardMoves(Admin admin, HttpQuery http) {
        this.admin = admin;
        this.http = http;
    }

    /// @param to empty to take back a move that is under way
    /// @throws ExecutionException in the cluster's words, if it refuses
    void move(int shard, Optional<List<Integer>> to)
            throws IOException, InterruptedException, ExecutionException {
        Map<TopicPartition, Optional<NewPartitionReassignment>> wish = wish(shard, to);
        if (wish.isEmpty()) {
            throw new CommandFailedException(
                    "shard " + shard + " has no partitions: there is nothing to move");
        }
        for (int attempt = 1; ; attempt++) {
            try {
                admin.alterPartitionReassignments(wish).all().get();
                return;
            } catch (ExecutionException e) {
                Map<TopicPartition, Optional<NewPartitionReassignment>> now = wish(shard, to);
                if (attempt == ATTEMPTS_MAX
                        || !(e.getCause() instanceof InvalidReplicaAssignmentException)
                        || now.keySet().equals(wish.keySet())) {
                    throw e;
                }
                // It was given partitions, or lost some, meanwhile: a topic was made or deleted.
                wish = now;
            }
        }
    }

    private Map<TopicPartition, Optional<NewPartitionReassignment>> wish(
            int shard, Optional<List<Integer>> to) throws IOException, InterruptedException {
        Optional<NewPartitionReassignment> replicas = to.map(NewPartitionReassignment::new);
        Map<TopicPartition, Optional<NewPartitionReassignment>> wish = new HashMap<>();
        Map<String, String> query = new HashMap<>(Map.of("shard", String.valueOf(shard)));
        while (true) {
            Map<String, Object> page = http.get("/api/shards/partitions", query).fields();
            for (Map<String, Object> topic : Human.list(page, "topics")) {
                for (int partition : ShardRows.nodes(topic, "partitions")) {
                    wish.put(
                            new TopicPartition(String.valueOf(topic.get("topic")), partition),
                            replicas);
                }
            }
            Object next = page.get("next");
            if (next == null) {
                return wish;
            }
            query.put("from", next.toString());
        }
    }

    /// Where each of some planned moves goes, by shard.
    static Map<Integer, List<Integer>> targets(List<Map<String, Object>> moves) {
        return moves.stream()
                .collect(
                        Collectors.toMap(
                                move -> (int) Human.number(move, "shard"),
                                move -> ShardRows.nodes(move, "to"),
                                (_, last) -> last));
    }
}
