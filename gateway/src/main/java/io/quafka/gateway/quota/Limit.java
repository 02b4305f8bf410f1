package io.quafka.gateway.quota;

import io.quafka.controller.model.QuotaKey;
import org.jspecify.annotations.Nullable;

/// What binds a client: how much, and together with whom.
///
/// @param bound per second; above 0
record Limit(Payer payer, double bound) {
    /// Whose use is added up: a user's client's, all clients' of a user, or all users' of a client
    /// id.
    ///
    /// @param user null for any
    /// @param client id of the client, or the address of connections; null for any
    record Payer(QuotaKey key, @Nullable String user, @Nullable String client) {}
}
