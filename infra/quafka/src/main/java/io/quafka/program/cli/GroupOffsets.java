package io.quafka.program.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// Asks for offsets of groups and partitions. Maps are sorted by topic and partition.
final class GroupOffsets {
    static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private GroupOffsets() {}

    /// What a group has committed; empty for a group that is not there.
    static Map<TopicPartition, Long> committed(Admin admin, String group)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> committed = new TreeMap<>(BY_NAME);
        Map<TopicPartition, OffsetAndMetadata> answer =
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        answer.forEach((partition, offset) -> {
            if (offset != null) {
                committed.put(partition, offset.offset());
            }
        });
        return committed;
    }

    /// Offsets as [OffsetSpec] means them; -1 where no record is that late.
    static Map<TopicPartition, Long> find(
            Admin admin, Collection<TopicPartition> partitions, OffsetSpec spec)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        Map<TopicPartition, Long> found = new TreeMap<>(BY_NAME);
        admin.listOffsets(asked)
                .all()
                .get()
                .forEach((partition, offset) -> found.put(partition, offset.offset()));
        return found;
    }
}
