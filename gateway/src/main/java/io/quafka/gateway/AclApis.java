package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;
import org.apache.kafka.common.requests.DescribeAclsRequest;
import org.apache.kafka.common.requests.DescribeAclsResponse;

/// CreateAcls, DeleteAcls and DescribeAcls: ACLs are metadata, which the controller decides.
final class AclApis {
    private static final String DISABLED =
            "No Authorizer is configured: ACLs are off in this cluster (security.acls.enabled)";

    private AclApis() {}

    /// @param enabled whether ACLs count; where not, all three are refused as Kafka does without an
    ///   authorizer
    static void register(
            Map<ApiKeys, Api> apis, Metadata metadata, Commands commands, boolean enabled) {
        apis.put(
                ApiKeys.DESCRIBE_ACLS,
                enabled ? sound(request -> describe(metadata, request)) : AclApis::disabled);
        apis.put(
                ApiKeys.CREATE_ACLS,
                enabled ? sound(request -> create(commands, request)) : AclApis::disabled);
        apis.put(
                ApiKeys.DELETE_ACLS,
                enabled ? sound(request -> delete(commands, request)) : AclApis::disabled);
    }

    /// Tells of a type or operation that there is none of, which kafka-clients throw for.
    private static Api sound(Api api) {
        return request -> {
            try {
                return api.handle(request);
            } catch (IllegalArgumentException | InvalidRequestException e) {
                return refuse(request, Errors.INVALID_REQUEST, String.valueOf(e.getMessage()));
            }
        };
    }

    private static CompletableFuture<KafkaResponse> disabled(KafkaRequest request) {
        return refuse(request, Errors.SECURITY_DISABLED, DISABLED);
    }

    private static CompletableFuture<KafkaResponse> refuse(
            KafkaRequest request, Errors reason, String message) {
        short error = reason.code();
        ApiMessage answer =
                switch (request.body()) {
                    case CreateAclsRequestData data -> {
                        var all = new CreateAclsResponseData();
                        data.creations()
                                .forEach(_ ->
                                        all.results()
                                                .add(
                                                        new AclCreationResult()
                                                                .setErrorCode(error)
                                                                .setErrorMessage(message)));
                        yield all;
                    }
                    case DeleteAclsRequestData data -> {
                        var all = new DeleteAclsResponseData();
                        data.filters()
                                .forEach(_ ->
                                        all.filterResults()
                                                .add(
                                                        new DeleteAclsFilterResult()
                                                                .setErrorCode(error)
                                                                .setErrorMessage(message)));
                        yield all;
                    }
                    default ->
                            new DescribeAclsResponseData()
                                    .setErrorCode(error)
                                    .setErrorMessage(message);
                };
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }

    private static CompletableFuture<KafkaResponse> describe(
            Metadata metadata, KafkaRequest request) {
        AclBindingFilter filter =
                DescribeAclsRequest.parse(
                                MessageUtil.toByteBufferAccessor(
                                        (DescribeAclsRequestData) request.body(),
                                        request.version()),
                                request.version())
                        .filter();
        List<AclBinding> matched =
                metadata.image().security().acls().stream().filter(filter::matches).toList();
        return CompletableFuture.completedFuture(
                KafkaResponse.of(
                        new DescribeAclsResponseData()
                                .setResources(DescribeAclsResponse.aclsResources(matched))));
    }

    private static CompletableFuture<KafkaResponse> create(
            Commands commands, KafkaRequest request) {
        List<AclBinding> acls = new ArrayList<>();
        ((CreateAclsRequestData) request.body())
                .creations()
                .forEach(creation -> acls.add(CreateAclsRequest.aclBinding(creation)));
        return commands.submit(new Command.CreateAcls(acls))
                .handle((effect, failure) -> {
                    var answer = new CreateAclsResponseData();
                    for (int i = 0; i < acls.size(); i++) {
                        Reply.Outcome outcome =
                                failure == null
                                        ? effect.reply().outcomes().get(i)
                                        : outcome(Failures.ofController(failure));
                        answer.results()
                                .add(
                                        new AclCreationResult()
                                                .setErrorCode(outcome.error().code())
                                                .setErrorMessage(outcome.message()));
                    }
                    return KafkaResponse.of(answer);
                });
    }

    private static Reply.Outcome outcome(Errors error) {
        return new Reply.Outcome(error, error.message());
    }

    private static CompletableFuture<KafkaResponse> delete(
            Commands commands, KafkaRequest request) {
        List<AclBindingFilter> filters =
                DeleteAclsRequest.parse(
                                MessageUtil.toByteBufferAccessor(
                                        (DeleteAclsRequestData) request.body(), request.version()),
                                request.version())
                        .filters();
        return commands.submit(new Command.DeleteAcls(filters))
                .handle((effect, failure) -> {
                    var answer = new DeleteAclsResponseData();
                    if (failure == null) {
                        effect.reply()
                                .deleted()
                                .forEach(acls -> answer.filterResults().add(deleted(acls)));
                    } else {
                        Errors error = Failures.ofController(failure);
                        filters.forEach(_ ->
                                answer.filterResults()
                                        .add(
                                                new DeleteAclsFilterResult()
                                                        .setErrorCode(error.code())
                                                        .setErrorMessage(error.message())));
                    }
                    return KafkaResponse.of(answer);
                });
    }

    private static DeleteAclsFilterResult deleted(Collection<AclBinding> acls) {
        var result = new DeleteAclsFilterResult();
        acls.forEach(acl ->
                result.matchingAcls().add(DeleteAclsResponse.matchingAcl(acl, ApiError.NONE)));
        return result;
    }
}
