package io.quafka.program.cli;

import java.io.IOException;
import java.util.ArrayList;
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

    /// Topics that a warning names.
    private static final int NAMED_MAX = 5;

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
        for (Map<String, Object> topic : topics(shard)) {
            for (int partition : ShardRows.nodes(topic, "partitions")) {
                wish.put(
                        new TopicPartition(String.valueOf(topic.get("topic")), partition),
                        replicas);
            }
        }
        return wish;
    }

    /// What to tell who has a shard lie on so few nodes that topics of it take no records with
    /// `acks=all` any more; empty if there is nothing to tell.
    Optional<String> tooFew(int shard, int nodes) throws IOException, InterruptedException {
        return tooFew(topics(shard), nodes);
    }

    /// @param topics as `/api/shards/partitions` tells of them
    static Optional<String> tooFew(List<Map<String, Object>> topics, int nodes) {
        List<String> names =
                topics.stream()
                        .filter(topic -> Human.number(topic, "minInSync") > nodes)
                        .map(topic -> String.valueOf(topic.get("topic")))
                        .distinct()
                        .toList();
        if (names.isEmpty()) {
            return Optional.empty();
        }
        String some = String.join(", ", names.subList(0, Math.min(NAMED_MAX, names.size())));
        return Optional.of(
                "min.insync.replicas is more than %s: records with acks=all will be refused by %s"
                        .formatted(
                                nodes == 1 ? "1 node" : nodes + " nodes",
                                names.size() > NAMED_MAX
                                        ? some + " and " + (names.size() - NAMED_MAX) + " more"
                                        : some));
    }

    private List<Map<String, Object>> topics(int shard) throws IOException, InterruptedException {
        List<Map<String, Object>> topics = new ArrayList<>();
        Map<String, String> query = new HashMap<>(Map.of("shard", String.valueOf(shard)));
        while (true) {
            Map<String, Object> page = http.get("/api/shards/partitions", query).fields();
            topics.addAll(Human.list(page, "topics"));
            Object next = page.get("next");
            if (next == null) {
                return topics;
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
