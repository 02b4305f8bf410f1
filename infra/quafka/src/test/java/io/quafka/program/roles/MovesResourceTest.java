package io.quafka.program.roles;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.NodeRegistered;
import io.quafka.controller.model.MetadataRecord.ShardCreated;
import io.quafka.controller.model.MetadataRecord.TopicCreated;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is told of shards and moves of a cluster of three storage nodes and two shards.
class MovesResourceTest {
    private static final int PARTITIONS = 50_001;

    private final ClusterImage image = image();

    private static ClusterImage image() {
        List<MetadataRecord> records = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            records.add(
                    new NodeRegistered(
                            new Node(
                                    id,
                                    Uuid.randomUuid(),
                                    Set.of(NodeRole.STORAGE),
                                    null,
                                    new Endpoint("storage-" + id, 9092),
                                    null,
                                    false)));
        }
        records.add(new ShardCreated(new ShardState(1, 1, 1, List.of(1), List.of(1))));
        records.add(new ShardCreated(new ShardState(2, 1, 2, List.of(2), List.of(2))));
        records.add(topic("many", IntStream.range(0, PARTITIONS).map(i -> 1 + i % 2).toArray()));
        records.add(topic("more", 2, 1));
        records.add(topic("a-few", 1, 1, 1));
        return ImageBuilder.apply(ClusterImage.EMPTY, records);
    }

    private static TopicCreated topic(String name, int... shards) {
        return new TopicCreated(
                Uuid.randomUuid(), name, PartitionShards.of(shards), 1, Map.of(), false);
    }

    @Test
    void pagesHaveEveryPartitionOfAShardOnce() {
        Set<String> seen = new HashSet<>();
        Map<String, String> query = new HashMap<>(Map.of("shard", "1"));
        int pages = 0;
        int told = 0;
        while (true) {
            Map<String, @Nullable Object> page = MovesResource.partitions(image, query);
            pages++;
            for (Map<?, ?> topic : maps(page, "topics")) {
                for (Object index : (List<?>) requireNonNull(topic.get("partitions"))) {
                    told++;
                    seen.add(topic.get("topic") + "-" + index);
                }
            }
            if (page.get("next") == null) {
                break;
            }
            query.put("from", requireNonNull(page.get("next")).toString());
        }
        assertThat(pages).isEqualTo(2);
        assertThat(told).isEqualTo(image.indexes().partitionsOn(1));
        assertThat(seen).hasSize(told).contains("a-few-2", "many-50000", "more-1");
    }

    @Test
    void eachPartitionOfATopicHasItsShardAndWhereThatLies() {
        assertThat(maps(MovesResource.ofTopic(image, Map.of("name", "more")), "partitions"))
                .extracting(partition -> List.of(partition.get("shard"), partition.get("replicas")))
                .containsExactly(List.of(2, List.of(2)), List.of(1, List.of(1)));
        Set<Object> seen = new HashSet<>();
        Map<String, String> query = new HashMap<>(Map.of("name", "many"));
        @Nullable Object next = "0";
        while (next != null) {
            query.put("from", next.toString());
            Map<String, @Nullable Object> page = MovesResource.ofTopic(image, query);
            maps(page, "partitions").forEach(each -> seen.add(each.get("partition")));
            next = page.get("next");
        }
        assertThat(seen).hasSize(PARTITIONS);
        assertThatThrownBy(() -> MovesResource.ofTopic(image, Map.of("name", "none")))
                .hasMessage("there is no topic 'none'");
        for (String beyond : List.of("-1", "50001", "2147483647")) {
            assertThat(MovesResource.ofTopic(image, Map.of("name", "many", "from", beyond)))
                    .containsKey("partitions");
        }
    }

    @Test
    void aPartitionOfAShardThatMovesSaysWhoComesAndGoes() {
        ShardState moving =
                new ShardState(1, 2, 3, 1, List.of(3, 1), List.of(1), List.of(3), List.of(1));
        ClusterImage moved =
                ImageBuilder.apply(image, List.of(new MetadataRecord.ShardChanged(moving)));
        assertThat(maps(MovesResource.ofTopic(moved, Map.of("name", "a-few")), "partitions"))
                .hasSize(3)
                .allSatisfy(partition -> {
                    assertThat(partition.get("shard")).isEqualTo(1);
                    assertThat(partition.get("leader")).isEqualTo(1);
                    assertThat(partition.get("replicas")).isEqualTo(List.of(3, 1));
                    assertThat(partition.get("inSync")).isEqualTo(List.of(1));
                    assertThat(partition.get("adding")).isEqualTo(List.of(3));
                    assertThat(partition.get("removing")).isEqualTo(List.of(1));
                });
    }

    @Test
    void aPlanSaysWhatMovesWhere() {
        assertThat(maps(MovesResource.plan(image, Map.of("drain", "1")), "moves"))
                .containsExactly(
                        Map.of(
                                "shard",
                                1,
                                "partitions",
                                image.indexes().partitionsOn(1),
                                "from",
                                List.of(1),
                                "to",
                                List.of(3)));
        assertThat(MovesResource.plan(image, Map.of("drain", "4")).get("problem"))
                .isEqualTo("there is no node 4");
    }

    private static List<Map<?, ?>> maps(Map<String, @Nullable Object> fields, String name) {
        List<Map<?, ?>> maps = new ArrayList<>();
        ((List<?>) requireNonNull(fields.get(name))).forEach(each -> maps.add((Map<?, ?>) each));
        return maps;
    }
}
