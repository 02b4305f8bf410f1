package io.quafka.storage.coordinator;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsImage;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.immutable.ImmutableMap;
import org.jspecify.annotations.Nullable;

/// The cluster's topics as Kafka's coordinators want to be told of them: names, ids and numbers of
/// partitions. Who leads a partition is not their business, so that all partitions are the same
/// object, and a topic costs as much whatever their number. One thread at a time.
final class TopicMetadata {
    private static final Uuid NO_DIRECTORY = new Uuid(0L, 1L);
    private static final PartitionRegistration ANY_PARTITION =
            new PartitionRegistration.Builder()
                    .setReplicas(new int[] {0})
                    .setDirectories(new Uuid[] {NO_DIRECTORY})
                    .setIsr(new int[] {0})
                    .setLeader(0)
                    .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED)
                    .setLeaderEpoch(0)
                    .setPartitionEpoch(0)
                    .build();

    private ClusterImage applied = ClusterImage.EMPTY;
    private MetadataImage image = MetadataImage.EMPTY;

    /// As of the last [#advance].
    MetadataImage image() {
        return image;
    }

    /// A delta that changes nothing, for whoever is told of the image for the first time.
    MetadataDelta nothing() {
        return new MetadataDelta.Builder().setImage(image).build();
    }

    /// Goes on to an image of the cluster.
    ///
    /// @return what changed, or null if no topic did
    @Nullable MetadataDelta advance(ClusterImage next) {
        ClusterImage previous = applied;
        applied = next;
        if (previous.topicsByName() == next.topicsByName()) {
            return null;
        }
        MetadataDelta delta = nothing();
        Changes changes = new Changes(delta, image.topics());
        for (Uuid id : previous.topicIds().keySet()) {
            if (!next.topicIds().containsKey(id)) {
                changes.removed(id);
            }
        }
        for (Topic topic : next.topicsByName().values()) {
            Topic before = previous.topicsByName().get(topic.name());
            if (before != topic) {
                changes.changed(before, topic);
            }
        }
        if (!changes.any) {
            return null;
        }
        image = changes.image(image, next.version());
        return delta;
    }

    private static final class Changes {
        private final MetadataDelta delta;
        private ImmutableMap<Uuid, TopicImage> byId;
        private ImmutableMap<String, TopicImage> byName;
        boolean any;

        Changes(MetadataDelta delta, TopicsImage from) {
            this.delta = delta;
            this.byId = from.topicsById();
            this.byName = from.topicsByName();
        }

        void removed(Uuid id) {
            TopicImage topic = byId.get(id);
            if (topic == null) {
                return;
            }
            any = true;
            delta.replay(new RemoveTopicRecord().setTopicId(id));
            byId = byId.removed(id);
            byName = byName.removed(topic.name());
        }

        void changed(@Nullable Topic before, Topic topic) {
            if (before == null || !before.id().equals(topic.id())) {
                delta.replay(new TopicRecord().setTopicId(topic.id()).setName(topic.name()));
            } else if (before.partitionCount() != topic.partitionCount()) {
                // One new partition tells that the topic has changed.
                delta.replay(
                        new PartitionRecord()
                                .setTopicId(topic.id())
                                .setPartitionId(topic.partitionCount() - 1));
            } else {
                return;
            }
            any = true;
            TopicImage image =
                    new TopicImage(
                            topic.name(), topic.id(), new EqualPartitions(topic.partitionCount()));
            byId = byId.updated(topic.id(), image);
            byName = byName.updated(topic.name(), image);
        }

        MetadataImage image(MetadataImage from, long version) {
            return new MetadataImage(
                    new MetadataProvenance(version, 0, 0, true),
                    from.features(),
                    from.cluster(),
                    new TopicsImage(byId, byName),
                    from.configs(),
                    from.clientQuotas(),
                    from.producerIds(),
                    from.acls(),
                    from.scram(),
                    from.delegationTokens());
        }
    }

    /// From 0 to a number, all the same.
    private static final class EqualPartitions extends AbstractMap<Integer, PartitionRegistration> {
        private final int count;

        EqualPartitions(int count) {
            this.count = count;
        }

        @Override
        public int size() {
            return count;
        }

        @Override
        public boolean containsKey(Object key) {
            return key instanceof Integer index && index >= 0 && index < count;
        }

        @Override
        public @Nullable PartitionRegistration get(Object key) {
            return containsKey(key) ? ANY_PARTITION : null;
        }

        @Override
        public Set<Entry<Integer, PartitionRegistration>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<Integer, PartitionRegistration>> iterator() {
                    return IntStream.range(0, count)
                            .mapToObj(i -> Map.entry(i, ANY_PARTITION))
                            .iterator();
                }

                @Override
                public int size() {
                    return count;
                }
            };
        }
    }
}
