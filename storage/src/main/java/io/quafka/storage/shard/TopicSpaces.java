package io.quafka.storage.shard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;

/// What topics hold on this node. Any thread.
public final class TopicSpaces {
    private final ConcurrentHashMap<Uuid, TopicSpace> topics = new ConcurrentHashMap<>();

    /// The topic's account, made on first use.
    public TopicSpace of(Uuid topicId) {
        TopicSpace known = topics.get(topicId);
        return known != null ? known : topics.computeIfAbsent(topicId, _ -> new TopicSpace());
    }

    public Map<Uuid, TopicSpace> all() {
        return topics;
    }

    /// Drops the accounts of topics that are gone and hold nothing any more.
    public void forget(Predicate<Uuid> gone) {
        topics.entrySet().removeIf(e -> e.getValue().held() <= 0 && gone.test(e.getKey()));
    }
}
