package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.QuotaChange;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.gateway.quota.QuotaDescriptions;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/// DescribeClientQuotas and AlterClientQuotas: quotas are metadata, which the controller decides.
final class QuotaApis {
    private QuotaApis() {}

    static void register(Map<ApiKeys, Api> apis, Metadata metadata, Commands commands) {
        apis.put(
                ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                request ->
                        CompletableFuture.completedFuture(
                                KafkaResponse.of(
                                        QuotaDescriptions.answer(
                                                metadata.image().security().quotas(),
                                                (DescribeClientQuotasRequestData)
                                                        request.body()))));
        apis.put(ApiKeys.ALTER_CLIENT_QUOTAS, request -> alter(commands, request));
    }

    private static CompletableFuture<KafkaResponse> alter(Commands commands, KafkaRequest request) {
        var data = (AlterClientQuotasRequestData) request.body();
        List<QuotaChange> changes = data.entries().stream().map(QuotaApis::change).toList();
        return commands.submit(new Command.AlterQuotas(changes, data.validateOnly()))
                .handle((effect, failure) -> {
                    var answer = new AlterClientQuotasResponseData();
                    for (int i = 0; i < changes.size(); i++) {
                        Outcome outcome =
                                failure == null
                                        ? effect.reply().outcomes().get(i)
                                        : refused(Failures.ofController(failure));
                        answer.entries().add(told(data.entries().get(i), outcome));
                    }
                    return KafkaResponse.of(answer);
                });
    }

    private static Outcome refused(Errors error) {
        return new Outcome(error, error.message());
    }

    private static QuotaChange change(EntryData entry) {
        Map<String, @Nullable String> entity = new HashMap<>();
        entry.entity().forEach(part -> entity.put(part.entityType(), part.entityName()));
        return new QuotaChange(
                new ClientQuotaEntity(entity),
                entry.ops().stream()
                        .map(op -> new Op(op.key(), op.remove() ? null : op.value()))
                        .toList());
    }

    private static AlterClientQuotasResponseData.EntryData told(EntryData entry, Outcome outcome) {
        return new AlterClientQuotasResponseData.EntryData()
                .setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.message())
                .setEntity(
                        entry.entity().stream()
                                .map(part ->
                                        new AlterClientQuotasResponseData.EntityData()
                                                .setEntityType(part.entityType())
                                                .setEntityName(part.entityName()))
                                .toList());
    }
}
