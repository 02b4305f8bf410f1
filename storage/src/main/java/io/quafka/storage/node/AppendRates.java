package io.quafka.storage.node;

import io.quafka.storage.shard.TopicSpace;
import io.quafka.storage.shard.TopicSpaces;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;

/// How fast topics grow: bytes per second, smoothed over about [#SMOOTHING_SECONDS].
final class AppendRates {
    static final double SMOOTHING_SECONDS = 30;

    /// Shorter stretches are left for the next sample.
    private static final long SAMPLE_MS = 900;

    private record Rate(long appended, double perSecond) {}

    private final InstantSource clock;
    private final Map<Uuid, Rate> rates = new ConcurrentHashMap<>();
    private long sampledMs;

    AppendRates(InstantSource clock) {
        this.clock = clock;
        this.sampledMs = clock.millis();
    }

    /// By one thread.
    void sample(TopicSpaces spaces) {
        long now = clock.millis();
        if (now - sampledMs < SAMPLE_MS) {
            return;
        }
        double seconds = (now - sampledMs) / 1e3;
        sampledMs = now;
        double weight = 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
        for (Map.Entry<Uuid, TopicSpace> entry : spaces.all().entrySet()) {
            long appended = entry.getValue().appended();
            rates.compute(
                    entry.getKey(),
                    (_, before) -> {
                        if (before == null) {
                            return new Rate(appended, 0);
                        }
                        double current = (appended - before.appended()) / seconds;
                        return new Rate(
                                appended,
                                before.perSecond() + weight * (current - before.perSecond()));
                    });
        }
        rates.keySet().retainAll(spaces.all().keySet());
    }

    long bytesPerSecond(Uuid topicId) {
        Rate rate = rates.get(topicId);
        return rate == null ? 0 : Math.round(rate.perSecond());
    }
}
