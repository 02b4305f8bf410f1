package io.quafka.program.console;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.wire.HttpEndpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// `GET /api/partitions`: where a topic's partitions lie, begin and end.
///
/// | parameter | |
/// |---|---|
/// | `topic` | which |
/// | `from` | first partition, 0 by default |
/// | `limit` | 1 to 500, 200 by default |
///
/// Offsets are null where the shard's leader did not tell them.
final class PartitionsResource {
    static final int LIMIT_MAX = 500;
    private static final int LIMIT = 200;

    private final ClusterCalls cluster;
    private final Offsets offsets;

    PartitionsResource(ClusterCalls cluster, Offsets offsets) {
        this.cluster = cluster;
        this.offsets = offsets;
    }

    HttpEndpoint endpoint() {
        return ApiAnswers.get("/api/partitions", this::fields);
    }

    private Map<String, @Nullable Object> fields(Map<String, String> query)
            throws ExecutionException, TimeoutException, InterruptedException {
        String name = ApiAnswers.required(query, "topic");
        int from = ApiAnswers.number(query, "from", 0, 0, Integer.MAX_VALUE);
        int limit = ApiAnswers.number(query, "limit", LIMIT, 1, LIMIT_MAX);
        ClusterImage image = cluster.image();
        Topic topic = image.topic(name);
        if (topic == null) {
            throw new ApiAnswers.NotThereException("there is no topic " + name);
        }
        int end = (int) Math.min(topic.partitionCount(), (long) from + limit);
        List<TopicPartition> asked =
                IntStream.range(from, end).mapToObj(i -> new TopicPartition(name, i)).toList();
        Map<TopicPartition, Long> starts = offsets.starts(asked);
        Map<TopicPartition, Long> ends = offsets.ends(asked);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("topic", name);
        fields.put("count", topic.partitionCount());
        fields.put(
                "partitions",
                asked.stream()
                        .map(partition -> {
                            Map<String, @Nullable Object> row = new LinkedHashMap<>();
                            ShardState shard = image.shardOf(topic, partition.partition());
                            row.put("partition", partition.partition());
                            row.put("shard", shard == null ? null : shard.id());
                            row.put(
                                    "leader",
                                    shard == null || shard.leader() == ShardState.NO_LEADER
                                            ? null
                                            : shard.leader());
                            row.put("start", starts.get(partition));
                            row.put("end", ends.get(partition));
                            return row;
                        })
                        .toList());
        return fields;
    }
}
