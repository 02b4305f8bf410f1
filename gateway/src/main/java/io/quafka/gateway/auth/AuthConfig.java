package io.quafka.gateway.auth;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How clients are authenticated.
///
/// @param mechanisms of SASL that are offered: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER
/// @param sessionLifetimeMax after which a client must authenticate again (KIP-368); zero for never
/// @param failureDelay how long the answer to a first failed attempt of an address takes; doubles
///   with each further one within [FailureDelays#FORGET], up to [FailureDelays#DELAY_MAX]
/// @param certificateRules how the name in a certificate becomes a principal's, as Kafka's
///   `ssl.principal.mapping.rules` has it
/// @param tokens which are believed; null where OAUTHBEARER is not offered
public record AuthConfig(
        Set<String> mechanisms,
        Duration sessionLifetimeMax,
        Duration failureDelay,
        String certificateRules,
        @Nullable TokenConfig tokens) {
    public AuthConfig {
        mechanisms = Set.copyOf(mechanisms);
    }
}
