package io.quafka.controller.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AlterQuotas;
import io.quafka.controller.model.Command.QuotaChange;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which quotas the controller takes, and what it keeps of them.
class QuotasTest {
    private ClusterImage image = ClusterImage.EMPTY;

    private static ClientQuotaEntity entity(@Nullable String... typesAndNames) {
        Map<String, @Nullable String> parts = new HashMap<>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            parts.put(String.valueOf(typesAndNames[i]), typesAndNames[i + 1]);
        }
        return new ClientQuotaEntity(parts);
    }

    private Outcome alter(boolean validateOnly, ClientQuotaEntity entity, Op... ops) {
        Decision decision =
                ControllerLogic.decide(
                        image,
                        new AlterQuotas(
                                List.of(new QuotaChange(entity, Arrays.asList(ops))), validateOnly),
                        IdSource.from(Uuid.randomUuid()));
        image = decision.applyTo(image);
        assertThat(decision.reply().version()).isEqualTo(image.version());
        return ((Reply.Outcomes) decision.reply()).outcomes().getFirst();
    }

    @Test
    void quotasOfAnEntityAreSetDroppedAndForgottenWithTheLast() {
        ClientQuotaEntity alice = entity("user", "alice", "client-id", null);
        assertThat(
                        alter(
                                false,
                                alice,
                                new Op("producer_byte_rate", 1000.0),
                                new Op("request_percentage", 12.5)))
                .isEqualTo(Outcome.OK);
        assertThat(alter(true, alice, new Op("producer_byte_rate", null))).isEqualTo(Outcome.OK);
        assertThat(image.security().quotasOf(alice))
                .isEqualTo(Map.of("producer_byte_rate", 1000.0, "request_percentage", 12.5));
        long version = image.version();
        assertThat(alter(false, alice, new Op("producer_byte_rate", 1000.0))).isEqualTo(Outcome.OK);
        assertThat(image.version()).as("nothing changed").isEqualTo(version);
        alter(false, alice, new Op("producer_byte_rate", null), new Op("request_percentage", null));
        assertThat(image.security().quotas()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "user, alice, producer_byte_rate, 0, must be greater than 0",
        "user, alice, producer_byte_rate, NaN, must be greater than 0",
        "user, alice, producer_byte_rate, 1.5, whole number",
        "user, alice, request_percentage, Infinity, too large",
        "user, alice, controller_mutation_rate, -1, must be greater than 0",
        "ip, 10.0.0.1, controller_mutation_rate, 1, Invalid configuration key",
        "user, alice, connection_creation_rate, 1, Invalid configuration key",
        "ip, 10.0.0.1, producer_byte_rate, 1, Invalid configuration key",
        "ip, alice, connection_creation_rate, 1, is not an IP address",
        "host, alice, producer_byte_rate, 1, Unhandled client quota entity type"
    })
    void whatMakesNoSenseIsRefused(String type, String name, String key, double bound, String why) {
        Outcome outcome = alter(false, entity(type, name), new Op(key, bound));
        assertThat(outcome.error()).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(outcome.message()).contains(why);
        assertThat(image).isSameAs(ClusterImage.EMPTY);
    }

    @Test
    void entitiesThatMakeNoSenseAreRefused() {
        Op bytes = new Op("producer_byte_rate", 1.0);
        Op connections = new Op("connection_creation_rate", 1.0);
        assertThat(alter(false, entity(), bytes).message()).contains("empty client quota entity");
        assertThat(alter(false, entity("user", ""), bytes).message()).contains("Empty user");
        assertThat(alter(false, entity("user", "x".repeat(1001)), bytes).message())
                .contains("1000 characters");
        assertThat(alter(false, entity("ip", "::1", "user", "a"), connections).message())
                .contains("should not be combined");
        assertThat(alter(false, entity("ip", "::1"), connections)).isEqualTo(Outcome.OK);
        assertThat(alter(false, entity("ip", null), connections)).isEqualTo(Outcome.OK);
    }
}
