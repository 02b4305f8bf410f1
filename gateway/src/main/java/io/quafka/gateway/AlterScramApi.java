package io.quafka.gateway;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ScramChange;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.ScramName;
import io.quafka.gateway.auth.Credentials;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.jspecify.annotations.Nullable;

/// AlterUserScramCredentials: the client sends what its password comes to with salt and iterations;
/// of that, only what checks it goes to the controller. All changes of a user stand or fall
/// together where this refuses them.
final class AlterScramApi implements Api {
    private static final int NAME_CHARS_MAX = 255;
    private static final int SALT_BYTES_MAX = 1_024;

    private final Commands commands;
    private final Predicate<KafkaPrincipal> administrators;

    AlterScramApi(Commands commands, Predicate<KafkaPrincipal> administrators) {
        this.commands = commands;
        this.administrators = administrators;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (AlterUserScramCredentialsRequestData) request.body();
        Map<String, Reply.Outcome> outcomes = new LinkedHashMap<>();
        data.deletions().forEach(d -> outcomes.put(d.name(), Reply.Outcome.OK));
        data.upsertions().forEach(u -> outcomes.put(u.name(), Reply.Outcome.OK));
        if (!administrators.test(request.principal())) {
            outcomes.replaceAll((_, _) -> refused(Errors.CLUSTER_AUTHORIZATION_FAILED, null));
            return CompletableFuture.completedFuture(answer(outcomes));
        }
        refuse(data, outcomes);
        List<ScramChange> changes = changes(data, outcomes);
        if (changes.isEmpty()) {
            return CompletableFuture.completedFuture(answer(outcomes));
        }
        return commands.submit(new Command.AlterScram(changes))
                .handle((effect, failure) -> {
                    for (int i = 0; i < changes.size(); i++) {
                        Reply.Outcome outcome =
                                failure == null
                                        ? effect.reply().outcomes().get(i)
                                        : refused(Failures.ofController(failure), null);
                        if (outcome.error() != Errors.NONE) {
                            outcomes.put(changes.get(i).name().user(), outcome);
                        }
                    }
                    return answer(outcomes);
                });
    }

    private static void refuse(
            AlterUserScramCredentialsRequestData data, Map<String, Reply.Outcome> outcomes) {
        Set<List<Object>> seen = new HashSet<>();
        for (ScramCredentialUpsertion upsertion : data.upsertions()) {
            check(upsertion.name(), upsertion.mechanism(), seen, outcomes);
            ScramMechanism mechanism = mechanism(upsertion.mechanism());
            if (mechanism != null && upsertion.iterations() < mechanism.minIterations()) {
                outcomes.put(
                        upsertion.name(),
                        refused(Errors.UNACCEPTABLE_CREDENTIAL, "Too few iterations"));
            } else if (mechanism != null && upsertion.iterations() > mechanism.maxIterations()) {
                outcomes.put(
                        upsertion.name(),
                        refused(Errors.UNACCEPTABLE_CREDENTIAL, "Too many iterations"));
            } else if (upsertion.saltedPassword().length == 0
                    || upsertion.salt().length == 0
                    || upsertion.salt().length > SALT_BYTES_MAX) {
                outcomes.put(
                        upsertion.name(),
                        refused(
                                Errors.UNACCEPTABLE_CREDENTIAL,
                                "no password, or a salt that is not of 1 to %d bytes"
                                        .formatted(SALT_BYTES_MAX)));
            }
        }
        for (ScramCredentialDeletion deletion : data.deletions()) {
            check(deletion.name(), deletion.mechanism(), seen, outcomes);
        }
    }

    private static void check(
            String user, byte type, Set<List<Object>> seen, Map<String, Reply.Outcome> outcomes) {
        if (user.isEmpty()) {
            outcomes.put(
                    user, refused(Errors.UNACCEPTABLE_CREDENTIAL, "Username must not be empty"));
        } else if (user.length() > NAME_CHARS_MAX) {
            outcomes.put(
                    user,
                    refused(
                            Errors.UNACCEPTABLE_CREDENTIAL,
                            "Username is longer than %d characters".formatted(NAME_CHARS_MAX)));
        } else if (mechanism(type) == null) {
            outcomes.put(
                    user, refused(Errors.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"));
        } else if (!seen.add(List.of(user, type))) {
            outcomes.put(
                    user,
                    refused(
                            Errors.DUPLICATE_RESOURCE,
                            "A user credential cannot be altered twice in the same request"));
        }
    }

    private static List<ScramChange> changes(
            AlterUserScramCredentialsRequestData data, Map<String, Reply.Outcome> outcomes) {
        List<ScramChange> changes = new ArrayList<>();
        for (ScramCredentialDeletion deletion : data.deletions()) {
            if (accepted(deletion.name(), outcomes)) {
                changes.add(
                        new ScramChange(
                                new ScramName(deletion.name(), deletion.mechanism()), null));
            }
        }
        for (ScramCredentialUpsertion upsertion : data.upsertions()) {
            ScramMechanism mechanism = mechanism(upsertion.mechanism());
            if (mechanism != null && accepted(upsertion.name(), outcomes)) {
                changes.add(
                        new ScramChange(
                                new ScramName(upsertion.name(), upsertion.mechanism()),
                                Credentials.salted(
                                        mechanism,
                                        upsertion.salt(),
                                        upsertion.saltedPassword(),
                                        upsertion.iterations())));
            }
        }
        return changes;
    }

    private static boolean accepted(String user, Map<String, Reply.Outcome> outcomes) {
        Reply.Outcome outcome = outcomes.get(user);
        return outcome != null && outcome.error() == Errors.NONE;
    }

    private static @Nullable ScramMechanism mechanism(byte type) {
        for (ScramMechanism mechanism : ScramMechanism.values()) {
            if (mechanism.type() == type) {
                return mechanism;
            }
        }
        return null;
    }

    private static Reply.Outcome refused(Errors error, @Nullable String message) {
        return new Reply.Outcome(error, message == null ? error.message() : message);
    }

    private static KafkaResponse answer(Map<String, Reply.Outcome> outcomes) {
        var answer = new AlterUserScramCredentialsResponseData();
        outcomes.forEach((user, outcome) ->
                answer.results()
                        .add(
                                new AlterUserScramCredentialsResult()
                                        .setUser(user)
                                        .setErrorCode(outcome.error().code())
                                        .setErrorMessage(outcome.message())));
        return KafkaResponse.of(answer);
    }
}
