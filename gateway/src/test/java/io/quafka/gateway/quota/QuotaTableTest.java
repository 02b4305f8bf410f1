package io.quafka.gateway.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.QuotaKey;
import io.quafka.gateway.quota.Limit.Payer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which of several quotas binds.
class QuotaTableTest {
    private static final QuotaKey KEY = QuotaKey.PRODUCER_BYTE_RATE;

    /// From the one that counts most to the one that counts least, and who pays together then.
    private static final List<Map.Entry<ClientQuotaEntity, Payer>> PRECEDENCE =
            List.of(
                    Map.entry(entity("user", "alice", "client-id", "app"), pays("alice", "app")),
                    Map.entry(entity("user", "alice", "client-id", null), pays("alice", "app")),
                    Map.entry(entity("user", "alice"), pays("alice", null)),
                    Map.entry(entity("user", null, "client-id", "app"), pays("alice", "app")),
                    Map.entry(entity("user", null, "client-id", null), pays("alice", "app")),
                    Map.entry(entity("user", null), pays("alice", null)),
                    Map.entry(entity("client-id", "app"), pays(null, "app")),
                    Map.entry(entity("client-id", null), pays(null, "app")));

    private static Payer pays(@Nullable String user, @Nullable String client) {
        return new Payer(KEY, user, client);
    }

    private static ClientQuotaEntity entity(@Nullable String... typesAndNames) {
        Map<String, @Nullable String> parts = new HashMap<>();
        for (int i = 0; i < typesAndNames.length; i += 2) {
            parts.put(String.valueOf(typesAndNames[i]), typesAndNames[i + 1]);
        }
        return new ClientQuotaEntity(parts);
    }

    @Test
    void theMostParticularBindsAsInKafka() {
        Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();
        // What is about others, or about something else, never counts.
        quotas.put(entity("user", "bob"), Map.of(KEY.configName(), 1.0));
        quotas.put(entity("client-id", "bobs"), Map.of(KEY.configName(), 1.0));
        quotas.put(entity("ip", null), Map.of("connection_creation_rate", 1.0));
        List<Map.Entry<ClientQuotaEntity, Payer>> upwards = new ArrayList<>(PRECEDENCE).reversed();
        double bound = 10;
        assertThat(new QuotaTable(quotas).find(KEY, "alice", "app")).isNull();
        for (Map.Entry<ClientQuotaEntity, Payer> next : upwards) {
            quotas.put(next.getKey(), Map.of(KEY.configName(), bound));
            QuotaTable table = new QuotaTable(quotas);
            assertThat(table.find(KEY, "alice", "app"))
                    .as(next.getKey().toString())
                    .isEqualTo(new Limit(next.getValue(), bound));
            assertThat(table.find(QuotaKey.CONSUMER_BYTE_RATE, "alice", "app")).isNull();
            bound++;
        }
    }

    @Test
    void eachKeyHasItsOwnPrecedence() {
        QuotaTable table =
                new QuotaTable(
                        Map.of(
                                entity("user", "alice", "client-id", "app"),
                                Map.of("request_percentage", 5.0),
                                entity("user", null),
                                Map.of(KEY.configName(), 7.0)));
        assertThat(table.find(KEY, "alice", "app")).isEqualTo(new Limit(pays("alice", null), 7));
        assertThat(table.isFreeOfRequests()).isFalse();
    }

    @Test
    void addressesAreTheSameInAnySpelling() throws Exception {
        QuotaTable table =
                new QuotaTable(
                        Map.of(
                                entity("ip", "0:0:0:0:0:0:0:1"),
                                Map.of("connection_creation_rate", 3.0),
                                entity("ip", "::1"),
                                Map.of("connection_creation_rate", 2.0),
                                entity("ip", null),
                                Map.of("connection_creation_rate", 9.0)));
        assertThat(table.isFreeOfRequests()).isTrue();
        assertThat(table.find(InetAddress.ofLiteral("::1")))
                .isNotNull()
                .satisfies(limit -> assertThat(limit.bound()).isEqualTo(2));
        assertThat(table.find(InetAddress.ofLiteral("10.0.0.1")))
                .isNotNull()
                .satisfies(limit -> assertThat(limit.bound()).isEqualTo(9));
    }
}
