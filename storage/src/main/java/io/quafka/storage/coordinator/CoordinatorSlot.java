package io.quafka.storage.coordinator;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/// A kind of coordinator that this node may have to run, and once it does, the one that runs.
/// Changed by one thread; others see what runs.
final class CoordinatorSlot {
    private final String topic;
    private final int nodeId;
    private final CoordinatorLogs logs;
    private final IntFunction<HostedCoordinator> starter;
    private final Set<ApiKeys> apis;
    private Elections elections = Elections.NONE;
    private volatile @Nullable HostedCoordinator running;
    private final CompletableFuture<HostedCoordinator> started = new CompletableFuture<>();
    private boolean closed;

    /// @param topic where its state lies
    /// @param starter makes it, given the number of the topic's partitions
    /// @param apis that it answers
    CoordinatorSlot(
            String topic,
            int nodeId,
            CoordinatorLogs logs,
            IntFunction<HostedCoordinator> starter,
            Set<ApiKeys> apis) {
        this.topic = topic;
        this.nodeId = nodeId;
        this.logs = logs;
        this.starter = starter;
        this.apis = apis;
    }

    String topic() {
        return topic;
    }

    Set<ApiKeys> apis() {
        return apis;
    }

    @Nullable HostedCoordinator running() {
        return running;
    }

    /// The one that runs, once it is loading what it was elected for. Any thread.
    CompletableFuture<HostedCoordinator> started() {
        return started;
    }

    /// Whether an image gives this node a partition of the kind's topic. Any thread.
    boolean isElected(ClusterImage image) {
        return !Elections.of(image, topic, nodeId, logs).isEmpty();
    }

    /// Whether there is anything to do for an image. Any thread; costs nothing without the topic.
    boolean concerns(ClusterImage image) {
        return running != null || image.topic(topic) != null;
    }

    /// @return true if it was made now
    boolean startIfElected(ClusterImage image) {
        Topic known = image.topic(topic);
        if (closed || running != null || known == null || !isElected(image)) {
            return false;
        }
        running = starter.apply(known.partitionCount());
        return true;
    }

    /// @return false if the log of a partition that this node is to lead cannot be found: to be
    ///   called again a little later, as that may change without another image
    boolean elect(ClusterImage image) {
        HostedCoordinator coordinator = running;
        if (coordinator == null) {
            return true;
        }
        Elections next = Elections.of(image, topic, nodeId, logs);
        elections.lostIn(next).forEach(coordinator::resigned);
        elections.wonIn(next).forEach(coordinator::elected);
        elections = next;
        started.complete(coordinator);
        return next.whole();
    }

    /// Forgets a partition's state and loads it again, if the node leads it as far as it knows.
    void reload(int partition) {
        HostedCoordinator coordinator = running;
        Integer epoch = elections.epochs().get(partition);
        if (coordinator != null && epoch != null) {
            coordinator.resigned(partition);
            coordinator.elected(partition, epoch);
        }
    }

    void close() throws Exception {
        HostedCoordinator coordinator = running;
        closed = true;
        running = null;
        if (coordinator != null) {
            coordinator.close();
        }
    }
}
