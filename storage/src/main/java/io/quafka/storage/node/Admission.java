package io.quafka.storage.node;

import io.quafka.controller.model.Topic;
import io.quafka.storage.pressure.Orders.TopicOrder;
import io.quafka.storage.shard.TopicSpace;
import io.quafka.storage.shard.TopicSpaces;
import java.util.concurrent.atomic.LongAdder;

/// The door that produces come through: a topic at the end of its budget is told to wait, then
/// turned away; others do not notice. Any thread; touches no disk.
final class Admission {
    private final TopicSpaces spaces;
    private final Runnable hurry;
    private final LongAdder throttled = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /// @param hurry called when a topic is new, or found over its budget: cheap, and may be called
    ///   often
    Admission(TopicSpaces spaces, Runnable hurry) {
        this.spaces = spaces;
        this.hurry = hurry;
    }

    TopicSpace of(Topic topic) {
        return spaces.of(topic.id());
    }

    /// Lets a batch in, or not; see [TopicSpace#admit].
    boolean admit(TopicSpace space, long bytes) {
        if (space.admit(bytes)) {
            TopicOrder order = space.order();
            boolean over = order == null ? space.isNew() : space.held() > order.budget();
            if (over) {
                hurry.run();
            }
            return true;
        }
        hurry.run();
        refused.increment();
        return false;
    }

    /// How long, in ms, a producer of the topic is to wait before it sends more.
    int throttleMs(TopicSpace space) {
        TopicOrder order = space.order();
        int ms = order == null ? 0 : order.throttleMs(space.held());
        if (ms > 0) {
            throttled.increment();
        }
        return ms;
    }

    /// Batches whose producers were told to wait.
    long throttled() {
        return throttled.sum();
    }

    /// Batches that were refused.
    long refused() {
        return refused.sum();
    }

    static String refusal(Topic topic, TopicSpace space) {
        TopicOrder order = space.order();
        long budget = order == null ? 0 : order.budget();
        return "topic %s holds %d bytes on this storage node, and its budget is %d: retry when the oldest are gone%s"
                .formatted(
                        topic.name(),
                        space.live(),
                        budget,
                        topic.settings().shares().isNone()
                                ? "; it has no local.retention.percent, and shares what other topics' percentages leave"
                                : "");
    }
}
