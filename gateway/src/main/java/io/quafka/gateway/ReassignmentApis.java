package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// The APIs that change who carries and leads partitions, and forget nodes. What they call brokers
/// are storage nodes here.
final class ReassignmentApis {
    private ReassignmentApis() {}

    static void register(Map<ApiKeys, Api> apis, Metadata metadata, Commands commands) {
        apis.put(
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                new AlterReassignmentsApi(metadata, commands));
        apis.put(ApiKeys.LIST_PARTITION_REASSIGNMENTS, new ListReassignmentsApi(metadata));
        apis.put(ApiKeys.ELECT_LEADERS, new ElectLeadersApi(metadata, commands));
        apis.put(ApiKeys.UNREGISTER_BROKER, request -> unregister(commands, request));
    }

    private static CompletableFuture<KafkaResponse> unregister(
            Commands commands, KafkaRequest request) {
        var data = (UnregisterBrokerRequestData) request.body();
        return commands.submit(new Command.RemoveNode(data.brokerId()))
                .handle((effect, failure) -> {
                    Outcome outcome =
                            failure == null
                                    ? effect.reply().outcomes().getFirst()
                                    : lost(Failures.ofController(failure));
                    return KafkaResponse.of(
                            new UnregisterBrokerResponseData()
                                    .setErrorCode(outcome.error().code())
                                    .setErrorMessage(outcome.message()));
                });
    }

    /// Where the controller did not answer.
    static Outcome lost(Errors error) {
        return new Outcome(error, error.message());
    }
}
