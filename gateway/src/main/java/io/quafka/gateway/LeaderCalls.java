package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StorageNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Asks the leaders of many partitions, one call for each storage node, and gathers the answers.
final class LeaderCalls {
    /// One partition of a request and, in the end, its answer. A request may name a partition
    /// twice: that makes two tasks.
    ///
    /// @param <Q> the request's part for a partition
    /// @param <R> the answer's part for a partition
    static final class Task<Q, R> {
        final String topic;
        final int partition;
        final Q asked;
        private @Nullable R answer;

        Task(String topic, int partition, Q asked) {
            this.topic = topic;
            this.partition = partition;
            this.asked = asked;
        }

        /// Once answered, a task is not sent to any node.
        void answer(R answer) {
            this.answer = answer;
        }

        R answer() {
            return Objects.requireNonNull(answer);
        }
    }

    /// What an API makes of tasks.
    interface Protocol<Q, R> {
        R refuse(int partition, Errors error);

        /// Sends tasks to one node, in order, and hands every partition's answer to `answers` with
        /// its topic's name.
        CompletableFuture<?> send(StorageNode node, List<Task<Q, R>> tasks, Answers<R> answers);

        /// What a partition gets whose node went away before it answered.
        default Errors lost(Throwable failure) {
            return Failures.ofRead(failure);
        }
    }

    /// Takes in the answers of one node.
    interface Answers<R> {
        void put(String topic, int partition, R answer);
    }

    private record Partition(String topic, int index) {}

    private final Metadata metadata;
    private final StorageNodes storageNodes;

    LeaderCalls(Metadata metadata, StorageNodes storageNodes) {
        this.metadata = metadata;
        this.storageNodes = storageNodes;
    }

    /// Completes when every task is answered; never fails for a node's sake.
    <Q, R> CompletableFuture<Void> run(List<Task<Q, R>> tasks, Protocol<Q, R> protocol) {
        ClusterImage image = metadata.image();
        Map<Integer, List<Task<Q, R>>> byNode = new LinkedHashMap<>();
        for (Task<Q, R> task : tasks) {
            if (task.answer == null) {
                route(image, task, byNode, protocol);
            }
        }
        List<CompletableFuture<?>> pending = new ArrayList<>(byNode.size());
        byNode.forEach((id, group) -> pending.add(call(id, group, protocol)));
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new));
    }

    private <Q, R> void route(
            ClusterImage image,
            Task<Q, R> task,
            Map<Integer, List<Task<Q, R>>> byNode,
            Protocol<Q, R> protocol) {
        Topic topic = image.topic(task.topic);
        ShardState shard = topic == null ? null : image.shardOf(topic, task.partition);
        if (shard == null) {
            task.answer(protocol.refuse(task.partition, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        } else if (storageNodes.node(shard.leader()) == null) {
            task.answer(protocol.refuse(task.partition, Errors.NOT_LEADER_OR_FOLLOWER));
        } else {
            byNode.computeIfAbsent(shard.leader(), _ -> new ArrayList<>()).add(task);
        }
    }

    private <Q, R> CompletableFuture<?> call(
            int id, List<Task<Q, R>> tasks, Protocol<Q, R> protocol) {
        Map<Partition, R> answers = new HashMap<>();
        StorageNode node = storageNodes.node(id);
        if (node == null) {
            tasks.forEach(task ->
                    task.answer(protocol.refuse(task.partition, Errors.NOT_LEADER_OR_FOLLOWER)));
            return CompletableFuture.completedFuture(null);
        }
        return protocol.send(
                        node,
                        tasks,
                        (topic, partition, answer) ->
                                answers.put(new Partition(topic, partition), answer))
                .handle((_, failure) -> {
                    settle(tasks, answers, failure, protocol);
                    return null;
                });
    }

    private static <Q, R> void settle(
            List<Task<Q, R>> tasks,
            Map<Partition, R> answers,
            @Nullable Throwable failure,
            Protocol<Q, R> protocol) {
        Errors missing = failure == null ? Errors.UNKNOWN_SERVER_ERROR : protocol.lost(failure);
        for (Task<Q, R> task : tasks) {
            R answer = answers.get(new Partition(task.topic, task.partition));
            task.answer(answer == null ? protocol.refuse(task.partition, missing) : answer);
        }
    }

    /// Tasks under the heads of their topics: neighbours of one topic share one.
    static <Q, R, T> List<T> byTopic(
            List<Task<Q, R>> tasks, Function<String, T> head, BiConsumer<T, Task<Q, R>> add) {
        List<T> topics = new ArrayList<>();
        String last = null;
        for (Task<Q, R> task : tasks) {
            if (!task.topic.equals(last)) {
                topics.add(head.apply(task.topic));
                last = task.topic;
            }
            add.accept(topics.getLast(), task);
        }
        return topics;
    }
}
