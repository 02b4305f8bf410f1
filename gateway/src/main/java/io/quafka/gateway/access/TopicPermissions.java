package io.quafka.gateway.access;

import io.quafka.controller.Metadata;
import io.quafka.gateway.TopicAccess;
import io.quafka.wire.KafkaRequest;
import java.util.function.Predicate;
import org.apache.kafka.common.acl.AclOperation;

/// What ACLs say of topics that only the gateway knows the names of.
public final class TopicPermissions implements TopicAccess {
    private final Permissions permissions;
    private final Metadata metadata;

    public TopicPermissions(Permissions permissions, Metadata metadata) {
        this.permissions = permissions;
        this.metadata = metadata;
    }

    @Override
    public Predicate<String> readable(KafkaRequest request) {
        Caller caller = Caller.of(permissions, request, metadata.image());
        return name -> caller.topic(AclOperation.READ, name);
    }

    @Override
    public Predicate<String> creatable(KafkaRequest request) {
        return Caller.of(permissions, request, metadata.image())::create;
    }
}
