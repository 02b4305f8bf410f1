package io.quafka.controller.retention;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches, at the controller's leader, what nodes report, and says when new budgets are due. Soft
/// state: a new leader begins without, and publishes nothing before it has heard of every living
/// node, or waited long enough; until then the published set holds. Any thread.
public final class BudgetKeeper {
    /// Loans are not published more often.
    static final Duration LOANS_INTERVAL = Duration.ofSeconds(5);

    /// A new leader waits so long at most for nodes' first reports.
    static final Duration FIRST_REPORTS = Duration.ofSeconds(10);

    /// Topics told of each node by [#measures].
    static final int TOLD_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(BudgetKeeper.class);

    private final Measures measures = new Measures();

    /// Nodes whose last report was left out: told once.
    private final Set<Integer> doubted = new HashSet<>();

    private boolean started;
    private long startedNanos;
    private long publishedNanos;

    /// Leadership was gained or lost.
    public synchronized void reset() {
        started = false;
        measures.clear();
        doubted.clear();
    }

    public synchronized void heard(int nodeId, DiskReport report) {
        boolean good = measures.accept(nodeId, report);
        boolean wasGood = !doubted.contains(nodeId);
        if (good) {
            doubted.remove(nodeId);
        } else if (wasGood) {
            doubted.add(nodeId);
            log.atWarn()
                    .addKeyValue("node", nodeId)
                    .addKeyValue("volumeBytes", report.volumeBytes())
                    .addKeyValue("volumeBytesMax", Measures.VOLUME_BYTES_MAX)
                    .log(
                            "a node's report of its disk is left out until it is possible, and repeated"
                                    + " where the volume is more than double or less than half of what it was:"
                                    + " budgets stay as they are");
        }
    }

    /// The command that publishes new budgets, or null where the published ones will do.
    public synchronized Command.@Nullable PublishBudgets due(ClusterImage image, long nowNanos) {
        if (!started) {
            started = true;
            startedNanos = nowNanos;
            publishedNanos = nowNanos - LOANS_INTERVAL.toNanos();
        }
        measures.forgetOthers(image);
        doubted.removeIf(id -> image.node(id) == null);
        if (!heardOfAll(image) && nowNanos - startedNanos < FIRST_REPORTS.toNanos()) {
            return null;
        }
        Map<Integer, NodeBudget> next =
                Gradual.step(image.budgets(), Demands.of(image, known(image)).allocate());
        boolean worthIt =
                switch (Gradual.change(image.budgets(), next)) {
                    case NOTHING -> false;
                    case LOANS -> nowNanos - publishedNanos >= LOANS_INTERVAL.toNanos();
                    case SHARES -> true;
                };
        if (!worthIt) {
            return null;
        }
        publishedNanos = nowNanos;
        return new Command.PublishBudgets(image.budgets().version(), next);
    }

    private boolean heardOfAll(ClusterImage image) {
        for (Node node : image.nodes().values()) {
            if (node.plays(NodeRole.STORAGE) && !node.fenced() && !measures.has(node.id())) {
                return false;
            }
        }
        return true;
    }

    private Map<Integer, NodeMeasure> known(ClusterImage image) {
        Map<Integer, NodeMeasure> known = new HashMap<>();
        for (int id : image.nodes().keySet()) {
            NodeMeasure measure = measures.of(id);
            if (measure != null) {
                known.put(id, measure);
            }
        }
        return known;
    }

    /// What nodes reported, by node id: of topics with a percentage and the largest others,
    /// [#TOLD_MAX] of each node.
    public synchronized Map<Integer, NodeMeasure> measures(ClusterImage image) {
        Map<Integer, NodeMeasure> told = known(image);
        told.replaceAll((_, measure) ->
                measure.topics().size() <= TOLD_MAX
                        ? measure
                        : new NodeMeasure(
                                measure.volumeBytes(),
                                measure.freeBytes(),
                                measure.usedBytes(),
                                measure.reserveBytes(),
                                measure.asideBytes(),
                                measure.topics().values().stream()
                                        .sorted(
                                                Comparator.comparingLong(DiskReport.TopicUse::bytes)
                                                        .reversed())
                                        .limit(TOLD_MAX)
                                        .collect(
                                                Collectors.toMap(
                                                        DiskReport.TopicUse::topicId,
                                                        use -> use))));
        return told;
    }
}
