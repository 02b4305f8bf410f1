package io.quafka.storage.node;

import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.DiskReport.TopicUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/// Which topics the next report tells of: those that changed most since they were last told, and
/// the others in turn, so that a new leader hears of all.
final class ReportQueue {
    private static final int CHANGED_MAX = DiskReport.TOPICS_MAX * 3 / 4;

    /// In the order of telling: the first was told longest ago.
    private final Map<Uuid, TopicUse> told = new java.util.LinkedHashMap<>();

    synchronized List<TopicUse> next(Map<Uuid, TopicUse> now) {
        Map<Uuid, TopicUse> left = new HashMap<>(now);
        told.keySet().forEach(id -> left.putIfAbsent(id, new TopicUse(id, 0, 0)));
        List<TopicUse> changed = new ArrayList<>(left.values());
        changed.removeIf(use -> use.equals(told.get(use.topicId())));
        changed.sort(Comparator.comparingLong(this::change).reversed());
        List<TopicUse> next =
                new ArrayList<>(changed.subList(0, Math.min(CHANGED_MAX, changed.size())));
        Set<Uuid> chosen = new HashSet<>();
        next.forEach(use -> chosen.add(use.topicId()));
        for (Iterator<Uuid> ids = told.keySet().iterator();
                ids.hasNext() && next.size() < DiskReport.TOPICS_MAX; ) {
            Uuid id = ids.next();
            TopicUse use = left.get(id);
            if (use != null && chosen.add(id)) {
                next.add(use);
            }
        }
        for (TopicUse use : next) {
            told.remove(use.topicId());
            if (now.containsKey(use.topicId())) {
                told.put(use.topicId(), use);
            }
        }
        return next;
    }

    private long change(TopicUse use) {
        TopicUse before = told.get(use.topicId());
        return before == null
                ? Long.MAX_VALUE
                : Math.abs(use.bytes() - before.bytes())
                        + Math.abs(use.bytesPerSecond() - before.bytesPerSecond());
    }
}
