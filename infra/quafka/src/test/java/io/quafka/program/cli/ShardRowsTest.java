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
    void theBarFillsAsShardsMove() {
        assertThat(StepBar.text("shards moved", 0, 4)).startsWith("[....");
        assertThat(StepBar.text("shards moved", 2, 4))
                .isEqualTo("[############............] shards moved, 2 of 4");
        assertThat(StepBar.text("nothing", 0, 0)).endsWith("0 of 0");
    }
}
