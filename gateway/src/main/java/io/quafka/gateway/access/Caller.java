package io.quafka.gateway.access;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.gateway.AllowedOperations;
import io.quafka.wire.KafkaRequest;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// Who sent a request, and what they may do.
///
/// @param image by which ids of topics are names
record Caller(Permissions permissions, Asker asker, ClusterImage image) {
    static Caller of(Permissions permissions, KafkaRequest request, ClusterImage image) {
        return new Caller(permissions, Asker.of(request), image);
    }

    boolean may(AclOperation operation, ResourceType type, String name) {
        return permissions.allow(asker, operation, type, name);
    }

    boolean topic(AclOperation operation, String name) {
        return may(operation, ResourceType.TOPIC, name);
    }

    /// True also for an id that no topic has: there is nothing to be kept from anybody.
    boolean topic(AclOperation operation, Uuid id) {
        Topic topic = image.topic(id);
        return topic == null || topic(operation, topic.name());
    }

    /// @param name null or empty where the id counts
    boolean topic(AclOperation operation, @Nullable String name, Uuid id) {
        return name == null || name.isEmpty() ? topic(operation, id) : topic(operation, name);
    }

    boolean group(AclOperation operation, String id) {
        return may(operation, ResourceType.GROUP, id);
    }

    boolean transaction(AclOperation operation, String id) {
        return may(operation, ResourceType.TRANSACTIONAL_ID, id);
    }

    boolean cluster(AclOperation operation) {
        return may(operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    boolean anyTopic(AclOperation operation) {
        return permissions.allowAny(asker, operation, ResourceType.TOPIC);
    }

    /// May make a topic: that one, or all.
    boolean create(String topic) {
        return cluster(AclOperation.CREATE) || topic(AclOperation.CREATE, topic);
    }

    /// What may be done with a resource, as the bit fields of answers show it.
    int operations(ResourceType type, String name) {
        int bits = 0;
        for (AclOperation operation : AllowedOperations.of(type)) {
            if (may(operation, type, name)) {
                bits |= 1 << operation.code();
            }
        }
        return bits;
    }
}
