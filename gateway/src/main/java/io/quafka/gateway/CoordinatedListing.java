package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Topic;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// An API that lists what every node coordinates.
///
/// Clients ask every broker they know and join the answers, some without a look at what is in them
/// twice. So each gateway lists those whose coordinator it is in FindCoordinator's answers.
///
/// @param <R> the answer
final class CoordinatedListing<R extends ApiMessage> implements Api {
    /// How an API's answers are put together.
    interface Protocol<R> {
        /// An answer that lists nothing.
        R answer(Errors error);

        Errors error(R answer);

        /// Adds what one node lists and whose key is wanted.
        void join(R into, R more, Predicate<String> wanted);
    }

    private final Metadata metadata;
    private final GatewayDirectory directory;
    private final CoordinatorRoute route;
    private final Class<R> reply;
    private final Protocol<R> protocol;

    CoordinatedListing(
            Metadata metadata,
            GatewayDirectory directory,
            CoordinatorRoute route,
            Class<R> reply,
            Protocol<R> protocol) {
        this.metadata = metadata;
        this.directory = directory;
        this.route = route;
        this.reply = reply;
        this.protocol = protocol;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        List<CompletableFuture<ApiMessage>> answers =
                route.nodes().stream()
                        .map(node ->
                                route.send(node, request, (ApiMessage) request.body().duplicate()))
                        .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> KafkaResponse.of(joined(answers)));
    }

    private R joined(List<CompletableFuture<ApiMessage>> answers) {
        Predicate<String> mine = mine();
        R whole = protocol.answer(Errors.NONE);
        for (CompletableFuture<ApiMessage> answer : answers) {
            R part = reply.cast(answer.join());
            Errors error = protocol.error(part);
            if (error != Errors.NONE) {
                return protocol.answer(error);
            }
            protocol.join(whole, part, mine);
        }
        return whole;
    }

    /// Which keys this gateway lists: all of them while no client can know of it.
    private Predicate<String> mine() {
        ClusterImage image = metadata.image();
        LiveGateways gateways = directory.at(image);
        Topic topic = image.topic(route.topicName());
        if (topic == null || gateways.member(directory.self()) == null) {
            return _ -> true;
        }
        return key -> {
            int partition = CoordinatorRoute.partition(key, topic.partitionCount());
            LiveGateways.@Nullable Member coordinator =
                    gateways.leader(image.shardOf(topic, partition), topic.id(), partition);
            return coordinator != null && coordinator.id() == directory.self();
        };
    }
}
