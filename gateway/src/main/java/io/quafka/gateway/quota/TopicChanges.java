package io.quafka.gateway.quota;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// How one API says which topics are to be changed, and what became of them. A change is a
/// partition that is made or dropped.
///
/// @param <T> what is asked of one topic
sealed interface TopicChanges<T> {
    /// That of a request; null where it changes no topics.
    static @Nullable TopicChanges<?> of(ApiKeys api, short version) {
        return switch (api) {
            case CREATE_TOPICS -> new Creations();
            case CREATE_PARTITIONS -> new Additions();
            case DELETE_TOPICS ->
                    version < Deletions.STATES_VERSION ? new NamedDeletions() : new Deletions();
            default -> null;
        };
    }

    /// The first version whose clients know the error that refuses a change (KIP-599).
    int strictSince();

    /// Whether nothing will be changed.
    default boolean isDry(ApiMessage request) {
        return false;
    }

    /// What is asked; what is removed from it is not asked any more.
    Collection<T> topics(ApiMessage request);

    /// The changes; 0 for what cannot be done.
    int changes(T topic, ClusterImage image);

    /// What names a topic in [#done].
    Object name(T topic);

    /// Names, and ids, of what the answer says was done.
    Set<Object> done(ApiMessage answer);

    /// Has the answer say that it was refused.
    void refuse(ApiMessage answer, T topic);

    /// CreateTopics.
    record Creations() implements TopicChanges<CreatableTopic> {
        @Override
        public int strictSince() {
            return 6;
        }

        @Override
        public boolean isDry(ApiMessage request) {
            return ((CreateTopicsRequestData) request).validateOnly();
        }

        @Override
        public Collection<CreatableTopic> topics(ApiMessage request) {
            return ((CreateTopicsRequestData) request).topics();
        }

        @Override
        public int changes(CreatableTopic topic, ClusterImage image) {
            if (image.topic(topic.name()) != null) {
                return 0;
            }
            if (!topic.assignments().isEmpty()) {
                return topic.assignments().size();
            }
            int wanted = topic.numPartitions();
            return wanted == -1 ? ClusterConfigs.defaultPartitions(image) : Math.max(0, wanted);
        }

        @Override
        public Object name(CreatableTopic topic) {
            return topic.name();
        }

        @Override
        public Set<Object> done(ApiMessage answer) {
            Set<Object> done = new HashSet<>();
            for (CreatableTopicResult each : ((CreateTopicsResponseData) answer).topics()) {
                if (each.errorCode() == Errors.NONE.code()) {
                    done.add(each.name());
                }
            }
            return done;
        }

        @Override
        public void refuse(ApiMessage answer, CreatableTopic topic) {
            ((CreateTopicsResponseData) answer)
                    .topics()
                    .add(
                            new CreatableTopicResult()
                                    .setName(topic.name())
                                    .setErrorCode(Errors.THROTTLING_QUOTA_EXCEEDED.code())
                                    .setErrorMessage(Errors.THROTTLING_QUOTA_EXCEEDED.message()));
        }
    }

    /// CreatePartitions.
    record Additions() implements TopicChanges<CreatePartitionsTopic> {
        @Override
        public int strictSince() {
            return 3;
        }

        @Override
        public boolean isDry(ApiMessage request) {
            return ((CreatePartitionsRequestData) request).validateOnly();
        }

        @Override
        public Collection<CreatePartitionsTopic> topics(ApiMessage request) {
            return ((CreatePartitionsRequestData) request).topics();
        }

        @Override
        public int changes(CreatePartitionsTopic topic, ClusterImage image) {
            Topic known = image.topic(topic.name());
            return known == null ? 0 : Math.max(0, topic.count() - known.partitionCount());
        }

        @Override
        public Object name(CreatePartitionsTopic topic) {
            return topic.name();
        }

        @Override
        public Set<Object> done(ApiMessage answer) {
            Set<Object> done = new HashSet<>();
            for (CreatePartitionsTopicResult each :
                    ((CreatePartitionsResponseData) answer).results()) {
                if (each.errorCode() == Errors.NONE.code()) {
                    done.add(each.name());
                }
            }
            return done;
        }

        @Override
        public void refuse(ApiMessage answer, CreatePartitionsTopic topic) {
            ((CreatePartitionsResponseData) answer)
                    .results()
                    .add(
                            new CreatePartitionsTopicResult()
                                    .setName(topic.name())
                                    .setErrorCode(Errors.THROTTLING_QUOTA_EXCEEDED.code())
                                    .setErrorMessage(Errors.THROTTLING_QUOTA_EXCEEDED.message()));
        }
    }

    /// DeleteTopics with names and ids.
    record Deletions() implements TopicChanges<DeleteTopicState> {
        static final short STATES_VERSION = 6;
        private static final int STRICT_SINCE = 5;

        @Override
        public int strictSince() {
            return STRICT_SINCE;
        }

        @Override
        public Collection<DeleteTopicState> topics(ApiMessage request) {
            return ((DeleteTopicsRequestData) request).topics();
        }

        @Override
        public int changes(DeleteTopicState topic, ClusterImage image) {
            String name = topic.name();
            return partitions(name == null ? image.topic(topic.topicId()) : image.topic(name));
        }

        private static int partitions(@Nullable Topic topic) {
            return topic == null ? 0 : topic.partitionCount();
        }

        @Override
        public Object name(DeleteTopicState topic) {
            String name = topic.name();
            return name == null ? topic.topicId() : name;
        }

        @Override
        public Set<Object> done(ApiMessage answer) {
            return deleted(answer);
        }

        private static Set<Object> deleted(ApiMessage answer) {
            Set<Object> done = new HashSet<>();
            for (DeletableTopicResult each : ((DeleteTopicsResponseData) answer).responses()) {
                if (each.errorCode() == Errors.NONE.code()) {
                    done.add(each.topicId());
                    if (each.name() != null) {
                        done.add(each.name());
                    }
                }
            }
            return done;
        }

        @Override
        public void refuse(ApiMessage answer, DeleteTopicState topic) {
            refuse(answer, topic.name(), topic.topicId());
        }

        private static void refuse(ApiMessage answer, @Nullable String name, Uuid id) {
            ((DeleteTopicsResponseData) answer)
                    .responses()
                    .add(
                            new DeletableTopicResult()
                                    .setName(name)
                                    .setTopicId(id)
                                    .setErrorCode(Errors.THROTTLING_QUOTA_EXCEEDED.code())
                                    .setErrorMessage(Errors.THROTTLING_QUOTA_EXCEEDED.message()));
        }
    }

    /// DeleteTopics with names alone.
    record NamedDeletions() implements TopicChanges<String> {
        @Override
        public int strictSince() {
            return Deletions.STRICT_SINCE;
        }

        @Override
        public Collection<String> topics(ApiMessage request) {
            return ((DeleteTopicsRequestData) request).topicNames();
        }

        @Override
        public int changes(String topic, ClusterImage image) {
            return Deletions.partitions(image.topic(topic));
        }

        @Override
        public Object name(String topic) {
            return topic;
        }

        @Override
        public Set<Object> done(ApiMessage answer) {
            return Deletions.deleted(answer);
        }

        @Override
        public void refuse(ApiMessage answer, String topic) {
            Deletions.refuse(answer, topic, Uuid.ZERO_UUID);
        }
    }
}
