package io.quafka.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.logic.ImageBuilder;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class LivenessTest {
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final ClusterImage TWO_NODES = image(false);

    private final Liveness liveness = new Liveness(SESSION);

    @Test
    void onlyTheSilentNodeIsFenced() {
        sweepTo(0, 5, TWO_NODES, 1);
        assertThat(sweep(6, TWO_NODES)).containsExactly(new Command.FenceNode(2, true));
    }

    @Test
    void theNextSweepIsWhenASessionMayEnd() {
        sweepTo(0, 5, TWO_NODES, 1);
        // The second was given a whole session at 0.
        assertThat(untilSweep(5.2, TWO_NODES)).isEqualTo(Duration.ofMillis(800));
        assertThat(sweep(6, TWO_NODES)).containsExactly(new Command.FenceNode(2, true));
        assertThat(untilSweep(6, TWO_NODES)).isEqualTo(SESSION.dividedBy(Liveness.SWEEPS));
        assertThat(untilSweep(10.5, TWO_NODES)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void aNewLeaderGivesEveryNodeAWholeSession() {
        sweepTo(0, 5, TWO_NODES, 1);
        liveness.reset();
        assertThat(sweep(6, TWO_NODES)).isEmpty();
        sweepTo(7, 11, TWO_NODES, 1);
        assertThat(sweep(12, TWO_NODES)).containsExactly(new Command.FenceNode(2, true));
    }

    @Test
    void aPauseOfTheLeaderIsNotTheNodesSilence() {
        sweepTo(0, 3, TWO_NODES, 1);
        assertThat(sweep(60, TWO_NODES)).isEmpty();
        assertThat(sweep(61, TWO_NODES)).isEmpty();
    }

    @Test
    void aGatewayThatStaysAwayIsForgottenAndAStorageNodeNever() {
        ClusterImage fenced = image(true);
        int kept = (int) SESSION.toSeconds() * Liveness.SESSIONS_KEPT;
        sweepTo(0, kept, fenced, -1);
        assertThat(sweep(kept + 1, fenced)).containsExactly(new Command.UnregisterNode(1));
    }

    private void sweepTo(int from, int to, ClusterImage image, int alive) {
        for (int second = from; second <= to; second++) {
            assertThat(sweep(second, image)).isEmpty();
            if (alive > 0) {
                liveness.heard(alive, Duration.ofSeconds(second).toNanos());
            }
        }
    }

    private Duration untilSweep(double second, ClusterImage image) {
        return liveness.untilSweep(image, (long) (second * 1e9));
    }

    private List<Command<?>> sweep(int second, ClusterImage image) {
        return liveness.sweep(image, Duration.ofSeconds(second).toNanos());
    }

    private static ClusterImage image(boolean fenced) {
        Endpoint endpoint = new Endpoint("host", 1);
        return ImageBuilder.apply(
                ClusterImage.EMPTY,
                List.of(
                        new MetadataRecord.NodeRegistered(
                                new Node(
                                        1,
                                        new Uuid(1, 1),
                                        Set.of(NodeRole.GATEWAY),
                                        endpoint,
                                        null,
                                        null,
                                        fenced)),
                        new MetadataRecord.NodeRegistered(
                                new Node(
                                        2,
                                        new Uuid(2, 2),
                                        Set.of(NodeRole.STORAGE),
                                        null,
                                        endpoint,
                                        null,
                                        fenced))));
    }
}
