package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.internals.Topic;

/// AddOffsetsToTxn: the group's partition of `__consumer_offsets` joins the transaction. A producer
/// may be the first that has to do with a group, and asks for the group's coordinator only
/// afterwards: so the topic is made here too.
final class AddOffsetsApi implements Api {
    private final Metadata metadata;
    private final TopicCreator creator;
    private final CoordinatedApi toCoordinator;

    /// @param toCoordinator asks the coordinator of the transactional id
    AddOffsetsApi(Metadata metadata, TopicCreator creator, CoordinatedApi toCoordinator) {
        this.metadata = metadata;
        this.creator = creator;
        this.toCoordinator = toCoordinator;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        if (metadata.image().topic(Topic.GROUP_METADATA_TOPIC_NAME) != null) {
            return toCoordinator.handle(request);
        }
        return creator.create(Topic.GROUP_METADATA_TOPIC_NAME)
                .thenCompose(_ -> toCoordinator.handle(request));
    }
}
