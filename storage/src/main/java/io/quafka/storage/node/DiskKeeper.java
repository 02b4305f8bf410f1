package io.quafka.storage.node;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.RetentionBudgets.NodeBudget;
import io.quafka.controller.model.RetentionBudgets.TopicBudget;
import io.quafka.controller.model.Topic;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.DiskReport.TopicUse;
import io.quafka.controller.retention.WaterFill;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.pressure.Ladder;
import io.quafka.storage.pressure.NodeLoad;
import io.quafka.storage.pressure.Orders;
import io.quafka.storage.pressure.Orders.Step;
import io.quafka.storage.pressure.Orders.TopicOrder;
import io.quafka.storage.pressure.TopicLoad;
import io.quafka.storage.pressure.TopicLoad.Policy;
import io.quafka.storage.shard.Housekeeping;
import io.quafka.storage.shard.Shard;
import io.quafka.storage.shard.TopicSpaces;
import io.quafka.storage.tier.ObjectSpace;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds topics to their budgets: measures the disk, has the [Ladder] decide, and carries it out.
/// Belongs to the housekeeper's thread; [#report] and [#figures] may be called by any.
final class DiskKeeper {
    private static final Logger log = LoggerFactory.getLogger(DiskKeeper.class);

    /// Log starts that are raised at a time.
    private static final int RAISES_MAX = 1000;

    /// Pressure has ended when producers noticed nothing of it for so long.
    private static final long CALM_MS = 60_000;

    private final int nodeId;
    private final Shards shards;
    private final TopicSpaces spaces;
    private final DiskMeter meter;
    private final StorageConfig config;
    private final ObjectSpace objects;
    private final AppendRates rates;
    private final InstantSource clock;
    private volatile DiskFigures figures = DiskFigures.NONE;
    private long trimmed;

    /// The rung that the log was told of, and when producers last noticed one.
    private Step told = Step.NONE;

    private long pressedMs;
    private final Growth growth = new Growth();
    private final ReportQueue queue = new ReportQueue();

    DiskKeeper(
            int nodeId,
            Shards shards,
            TopicSpaces spaces,
            Index index,
            StorageConfig config,
            ObjectSpace objects,
            InstantSource clock) {
        this.nodeId = nodeId;
        this.shards = shards;
        this.spaces = spaces;
        this.meter = new DiskMeter(index, config.directory(), config.beside(), objects);
        this.config = config;
        this.objects = objects;
        this.rates = new AppendRates(clock);
        this.clock = clock;
    }

    /// Whether files may grow by so much: the last line, however fast topics are written to. The
    /// node's files never take more than its capacity and a segment per shard; of which as much is
    /// left as the copy needs that making a segment hollow makes, and as the index may add for
    /// itself. Any thread.
    boolean mayGrow(long bytes) {
        return growth.grant(bytes);
    }

    /// See [DiskMeter#add]. Any thread.
    void measure(Path copy) {
        meter.add(copy);
    }

    void measureNoMore(Path copy) {
        meter.remove(copy);
    }

    /// Whether files grew so much since the last look that it is time for another. Any thread.
    boolean isLookDue() {
        return growth.isLookDue();
    }

    /// As last measured.
    DiskFigures figures() {
        return figures;
    }

    /// For the controller; null where the disk does not tell.
    @Nullable DiskReport report() {
        try {
            FileStore store = Files.getFileStore(config.directory());
            long total = store.getTotalSpace();
            return new DiskReport(
                    total,
                    Math.max(0, store.getUsableSpace() - objects.unfilled()),
                    Math.min(total - store.getUnallocatedSpace(), figures.used()),
                    config.log().reserveBytes(),
                    objects.limit(),
                    queue.next(uses()));
        } catch (IOException e) {
            log.atWarn().setCause(e).log("the size of the disk is not known");
            return null;
        }
    }

    /// What Quafka may take of a node's volume, whoever fills it.
    static long target(StorageConfig config, ClusterImage image) throws IOException {
        double part = ClusterConfigs.diskTargetPercent(image) / 100;
        return (long) (Files.getFileStore(config.directory()).getTotalSpace() * part);
    }

    /// What there is for objects to have a part of: the target, or less where others fill the
    /// volume.
    ///
    /// @param used as measured just now, with what objects take beyond their part
    private long mayTake(long used, ClusterImage image) throws IOException {
        long usable = Files.getFileStore(config.directory()).getUsableSpace();
        long free = Math.max(0, usable - config.log().reserveBytes());
        long ours = used + objects.used() - objects.beyond();
        return Math.min(target(config, image), ours + free);
    }

    private Map<Uuid, TopicUse> uses() {
        Map<Uuid, TopicUse> uses = new HashMap<>();
        spaces.all()
                .forEach((id, space) ->
                        uses.put(id, new TopicUse(id, space.live(), rates.bytesPerSecond(id))));
        return uses;
    }

    /// One look at the disk, and what follows.
    ///
    /// @return whether there is pressure: look again soon
    boolean round(List<Housekeeping> chores)
            throws IOException, InterruptedException, ExecutionException {
        rates.sample(spaces);
        ClusterImage image = shards.image();
        spaces.forget(id -> image.topic(id) == null);
        NodeBudget budget = image.budgets().node(nodeId);
        long look = growth.look();
        DiskMeter.Use use = meter.measure(chores);
        objects.target(mayTake(use.used(), image));
        if (budget == null) {
            growth.allowAll();
            figures = new DiskFigures(use.used(), use.dead(), 0, Step.NONE, trimmed, 0, 0);
            return false;
        }
        NodeLoad load =
                new NodeLoad(
                        budget.capacityBytes(),
                        use.used() + use.ahead(),
                        use.dead(),
                        budget.restBytes(),
                        config.log().segmentBytes() * Math.max(1, chores.size()));
        long left = load.capacity() + load.slack() - use.copy() - load.used();
        growth.allow(look, (long) (left / (1 + use.aheadPart())));
        Orders orders = Ladder.decide(load, loads(image, budget));
        spaces.all().forEach((id, space) -> space.order(orders.topics().get(id)));
        tell(orders.step());
        figures =
                new DiskFigures(
                        use.used(),
                        use.dead(),
                        budget.capacityBytes(),
                        orders.step(),
                        trimmed,
                        0,
                        0);
        boolean freed = false;
        for (Map.Entry<Uuid, TopicOrder> order : orders.topics().entrySet()) {
            if (order.getValue().trimTo() != TopicOrder.KEEP) {
                freed |= trim(image, order.getKey(), order.getValue());
            }
        }
        if (freed || orders.step() != Step.NONE) {
            for (Housekeeping chore : chores) {
                chore.reclaim(orders.hollowBelow(), orders.sealEarly(), orders.patient());
            }
        }
        return orders.step().compareTo(Step.SEAL_EARLY) >= 0;
    }

    /// Tells the log of pressure that producers notice, and of its end: a topic that is written to
    /// faster than it may swings between the rungs many times a second.
    private void tell(Step step) {
        long now = clock.millis();
        boolean pressed = step.compareTo(Step.THROTTLE) >= 0;
        if (pressed) {
            pressedMs = now;
        }
        boolean due = pressed ? step.compareTo(told) > 0 : now - pressedMs >= CALM_MS;
        if (due && told != step && (pressed || told.compareTo(Step.THROTTLE) >= 0)) {
            log.atInfo()
                    .addKeyValue("before", told)
                    .addKeyValue("now", step)
                    .log("pressure on the disk changed");
            told = step;
        }
    }

    private List<TopicLoad> loads(ClusterImage image, NodeBudget budget) {
        List<TopicLoad> loads = new ArrayList<>();
        spaces.all()
                .forEach((id, space) -> {
                    Topic topic = image.topic(id);
                    TopicBudget own = budget.topics().get(id);
                    if (topic == null || own == null || topic.settings().shares().isNone()) {
                        loads.add(new TopicLoad(id, space.live(), 0, 0, Policy.SHARES_REST));
                    } else {
                        loads.add(
                                new TopicLoad(
                                        id,
                                        space.live(),
                                        own.shareBytes(),
                                        own.limitBytes(),
                                        topic.settings().deleted()
                                                ? Policy.EXPIRES
                                                : Policy.KEEPS));
                    }
                });
        return loads;
    }

    /// A partition of a topic on this node.
    private record Part(Shard shard, PartitionKey key, long bytes) {}

    /// Has a topic's oldest records go, or leave for the object store, until it holds what it
    /// shall: partitions get as much as the smaller ones leave over, and each keeps its newest.
    private boolean trim(ClusterImage image, Uuid topicId, TopicOrder order)
            throws InterruptedException, ExecutionException {
        Topic topic = image.topic(topicId);
        if (topic == null) {
            return false;
        }
        List<Part> parts = parts(topic);
        long[] sizes = parts.stream().mapToLong(Part::bytes).toArray();
        long[] weights = new long[sizes.length];
        Arrays.fill(weights, 1);
        long[] kept = WaterFill.divide(Math.max(1, order.trimTo()), sizes, weights);
        List<CompletableFuture<Long>> raised = new ArrayList<>();
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] < sizes[i]) {
                trimmed += sizes[i] - kept[i];
                raised.add(trim(parts.get(i), Math.max(1, kept[i]), isTiered(topic)));
            }
            if (raised.size() >= RAISES_MAX) {
                CompletableFuture.allOf(raised.toArray(CompletableFuture[]::new)).get();
                raised.clear();
            }
        }
        CompletableFuture.allOf(raised.toArray(CompletableFuture[]::new)).get();
        if (!isTiered(topic) && spaces.of(topicId).live() > order.budget()) {
            dropLargest(parts);
        }
        return true;
    }

    /// What goes to an object store does not go for want of room here: it leaves when it is there.
    private boolean isTiered(Topic topic) {
        return config.tiering() != null && topic.settings().tiered();
    }

    private static CompletableFuture<Long> trim(Part part, long bytes, boolean tiered) {
        return tiered
                ? part.shard().trimLocal(part.key(), bytes)
                : part.shard().trim(part.key(), bytes);
    }

    /// Partitions of one run each that hold more than the topic may: the largest goes whole, or
    /// nothing would ever be let in again.
    private static void dropLargest(List<Part> parts)
            throws InterruptedException, ExecutionException {
        Part largest = null;
        for (Part part : parts) {
            long size = part.shard().sizeOf(part.key());
            if (size > 0 && (largest == null || size > largest.bytes())) {
                largest = new Part(part.shard(), part.key(), size);
            }
        }
        if (largest != null && largest.shard().hasOneRun(largest.key())) {
            largest.shard().trim(largest.key(), 0).get();
        }
    }

    private List<Part> parts(Topic topic) throws InterruptedException, ExecutionException {
        List<Part> parts = new ArrayList<>();
        Map<Integer, Shard> fed = new HashMap<>();
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            Shard shard = shards.get(topic.partitions().shardOf(partition));
            if (shard == null || !shard.isWritable() || !shard.isLeading()) {
                continue;
            }
            if (fed.putIfAbsent(shard.id(), shard) == null) {
                shard.feedIndex().get();
            }
            PartitionKey key = new PartitionKey(topic.id(), partition);
            long size = shard.sizeOf(key);
            if (size > 0) {
                parts.add(new Part(shard, key, size));
            }
        }
        return parts;
    }
}
