package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardRowsTest {
    private static final Map<String, Object> MOVING =
            Map.of(
                    "shard", 3,
                    "partitions", 12,
                    "replicas", List.of(4, 2, 1),
                    "inSync", List.of(2, 1),
                    "moving", true,
                    "from", List.of(2, 1),
                    "to", List.of(4, 2));

    @Test
    void aShardThatMovesSaysWhere() {
        assertThat(ShardRows.table(List.of(MOVING)).getFirst())
                .containsEntry("leader", "none")
                .containsEntry("replicas", "4,2,1")
                .containsEntry("in-sync", "2,1")
                .containsEntry("moves to", "4,2");
        Map<String, Object> still = new HashMap<>(MOVING);
        still.put("moving", false);
        still.put("leader", 2);
        assertThat(ShardRows.table(List.of(still)).getFirst())
                .containsEntry("leader", "2")
                .containsEntry("moves to", "-");
    }

    @Test
    void aMoveHasItsEnds() {
        assertThat(ShardRows.moves(List.of(MOVING)).getFirst().keySet())
                .containsExactly("shard", "partitions", "from", "to", "leader", "in-sync");
        assertThat(ShardMoves.targets(List.of(MOVING)))
                .containsExactly(Map.entry(3, List.of(4, 2)));
    }

    @Test
    void aTopicsPartitionsSayWhereTheyLie() {
        Map<String, Object> partition =
                Map.of(
                        "partition",
                        0,
                        "leader",
                        "7",
                        "replicas",
                        "7",
                        "in-sync",
                        "7",
                        "earliest",
                        5L,
                        "latest",
                        9L);
        Map<String, Object> shard =
                Map.of(
                        "partition", 0,
                        "shard", 3,
                        "leader", 2,
                        "replicas", List.of(4, 2, 1),
                        "inSync", List.of(2, 1),
                        "adding", List.of(4),
                        "removing", List.of());
        assertThat(PartitionRows.table(List.of(partition), Map.of(0, shard)).getFirst())
                .containsEntry("leader", "7")
                .containsEntry("shard", 3)
                .containsEntry("led by", "2")
                .containsEntry("nodes", "4,2,1")
                .containsEntry("in-sync", "2,1")
                .containsEntry("adding", "4")
                .containsEntry("removing", "-")
                .containsEntry("latest", 9L);
        Map<String, Object> told =
                PartitionRows.withShards(List.of(partition), Map.of(0, shard)).getFirst();
        assertThat(told).containsAllEntriesOf(partition);
        assertThat(told.get("shard")).asString().contains("adding=[4]");
        // Made since, and not told of yet.
        assertThat(PartitionRows.withShards(List.of(partition), Map.of()).getFirst())
                .isEqualTo(partition);
        assertThat(PartitionRows.table(List.of(partition), Map.of()).getFirst())
                .containsEntry("shard", "-")
                .containsEntry("led by", "none")
                .containsEntry("nodes", "-");
    }

    @Test
    void topicsThatWantMoreInSyncThanThereWillBeAreNamed() {
        List<Map<String, Object>> topics =
                List.of(
                        Map.of("topic", "a", "partitions", List.of(0), "minInSync", 1),
                        Map.of("topic", "b", "partitions", List.of(0), "minInSync", 2),
                        Map.of("topic", "b", "partitions", List.of(1), "minInSync", 2),
                        Map.of("topic", "c", "partitions", List.of(0), "minInSync", 3));
        assertThat(ShardMoves.tooFew(topics, 3)).isEmpty();
        assertThat(ShardMoves.tooFew(topics, 1).orElseThrow())
                .startsWith("min.insync.replicas is more than 1 node:")
                .endsWith("refused by b, c");
    }

    @Test
    void theBarFillsAsShardsMove() {
        assertThat(StepBar.text("shards moved", 0, 4)).startsWith("[....");
        assertThat(StepBar.text("shards moved", 2, 4))
                .isEqualTo("[############............] shards moved, 2 of 4");
        assertThat(StepBar.text("nothing", 0, 0)).endsWith("0 of 0");
    }
}
