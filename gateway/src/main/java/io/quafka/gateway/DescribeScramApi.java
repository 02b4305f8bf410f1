package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ScramSecret;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.CredentialInfo;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// DescribeUserScramCredentials: which users have passwords for which mechanisms. What is kept of
/// the passwords is told to nobody.
final class DescribeScramApi implements Api {
    private final Metadata metadata;
    private final Predicate<KafkaPrincipal> administrators;

    DescribeScramApi(Metadata metadata, Predicate<KafkaPrincipal> administrators) {
        this.metadata = metadata;
        this.administrators = administrators;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DescribeUserScramCredentialsRequestData) request.body();
        var answer = new DescribeUserScramCredentialsResponseData();
        if (!administrators.test(request.principal())) {
            answer.setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code())
                    .setErrorMessage(Errors.CLUSTER_AUTHORIZATION_FAILED.message());
            return CompletableFuture.completedFuture(KafkaResponse.of(answer));
        }
        Map<String, List<CredentialInfo>> known = new TreeMap<>();
        metadata.image()
                .security()
                .scram()
                .forEach((name, secret) ->
                        known.computeIfAbsent(name.user(), _ -> new ArrayList<>())
                                .add(info(name.mechanism(), secret)));
        List<DescribeUserScramCredentialsResult> results = new ArrayList<>();
        if (data.users() == null || data.users().isEmpty()) {
            known.forEach((user, infos) -> results.add(result(user, infos)));
        } else {
            Map<String, Integer> asked = new HashMap<>();
            data.users().forEach(user -> asked.merge(user.name(), 1, Integer::sum));
            asked.forEach((user, times) -> results.add(result(user, times, known)));
        }
        return CompletableFuture.completedFuture(KafkaResponse.of(answer.setResults(results)));
    }

    private static CredentialInfo info(byte mechanism, ScramSecret secret) {
        return new CredentialInfo().setMechanism(mechanism).setIterations(secret.iterations());
    }

    private static DescribeUserScramCredentialsResult result(
            String user, List<CredentialInfo> infos) {
        return new DescribeUserScramCredentialsResult().setUser(user).setCredentialInfos(infos);
    }

    private static DescribeUserScramCredentialsResult result(
            String user, int times, Map<String, List<CredentialInfo>> known) {
        List<CredentialInfo> infos = known.get(user);
        if (times > 1) {
            return result(user, List.of())
                    .setErrorCode(Errors.DUPLICATE_RESOURCE.code())
                    .setErrorMessage("the request names user " + user + " more than once");
        }
        if (infos == null) {
            return result(user, List.of())
                    .setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
                    .setErrorMessage("there is no credential of user " + user);
        }
        return result(user, infos);
    }
}
