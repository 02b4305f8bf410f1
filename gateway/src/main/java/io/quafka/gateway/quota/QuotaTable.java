package io.quafka.gateway.quota;

import io.quafka.controller.model.QuotaKey;
import io.quafka.gateway.quota.Limit.Payer;
import io.quafka.wire.KafkaRequest;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/// Which quota binds whom, by Kafka's precedence (KIP-13, KIP-55): for each key the most particular
/// entity that has it, users before client ids. Immutable.
final class QuotaTable {
    /// As entities' names here: no name of theirs is empty.
    private static final String DEFAULT = "";

    /// @param user null where the entity has none
    /// @param client id, or an address; null where the entity has none
    private record Scope(@Nullable String user, @Nullable String client) {}

    private final Map<ClientQuotaEntity, Map<String, Double>> source;
    private final Map<QuotaKey, Map<Scope, Double>> bounds = new EnumMap<>(QuotaKey.class);

    QuotaTable(Map<ClientQuotaEntity, Map<String, Double>> source) {
        this.source = source;
        source.forEach((entity, quotas) ->
                quotas.forEach((name, bound) -> {
                    QuotaKey key = QuotaKey.of(name);
                    if (key != null) {
                        // Of one address in two spellings, the lower bound counts.
                        bounds.computeIfAbsent(key, _ -> new HashMap<>())
                                .merge(scope(entity.entries()), bound, Math::min);
                    }
                }));
    }

    private static Scope scope(Map<String, @Nullable String> entity) {
        if (entity.containsKey(ClientQuotaEntity.IP)) {
            String address = entity.get(ClientQuotaEntity.IP);
            return new Scope(
                    null, address == null ? DEFAULT : canonical(InetAddress.ofLiteral(address)));
        }
        return new Scope(
                name(entity, ClientQuotaEntity.USER), name(entity, ClientQuotaEntity.CLIENT_ID));
    }

    private static @Nullable String name(Map<String, @Nullable String> entity, String type) {
        String name = entity.get(type);
        return name == null && entity.containsKey(type) ? DEFAULT : name;
    }

    /// The same text for every spelling, whatever network interface it came by.
    private static String canonical(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    /// What it was made of.
    Object source() {
        return source;
    }

    /// Whether nobody's requests are bound.
    boolean isFreeOfRequests() {
        return bounds.isEmpty()
                || (bounds.size() == 1 && bounds.containsKey(QuotaKey.CONNECTION_CREATION_RATE));
    }

    /// What binds who asks, or null.
    @Nullable Limit find(QuotaKey key, KafkaRequest request) {
        String id = request.header().clientId();
        return find(key, request.principal().getName(), id == null ? "" : id);
    }

    /// What binds a user's client, or null.
    ///
    /// @param client empty where it does not say who it is
    @Nullable Limit find(QuotaKey key, String user, String client) {
        Map<Scope, Double> all = bounds.get(key);
        if (all == null) {
            return null;
        }
        Limit limit = of(all, key, user, user, client);
        if (limit == null) {
            limit = of(all, key, DEFAULT, user, client);
        }
        if (limit == null) {
            Double bound = first(all, new Scope(null, client), new Scope(null, DEFAULT));
            limit = bound == null ? null : new Limit(new Payer(key, null, client), bound);
        }
        return limit;
    }

    /// @param entity the user by name, or the default
    private static @Nullable Limit of(
            Map<Scope, Double> all, QuotaKey key, String entity, String user, String client) {
        Double both = first(all, new Scope(entity, client), new Scope(entity, DEFAULT));
        if (both != null) {
            return new Limit(new Payer(key, user, client), both);
        }
        Double whole = all.get(new Scope(entity, null));
        return whole == null ? null : new Limit(new Payer(key, user, null), whole);
    }

    /// What binds the connections of an address, or null.
    @Nullable Limit find(InetAddress address) {
        QuotaKey key = QuotaKey.CONNECTION_CREATION_RATE;
        Map<Scope, Double> all = bounds.get(key);
        if (all == null) {
            return null;
        }
        String client = canonical(address);
        Double bound = first(all, new Scope(null, client), new Scope(null, DEFAULT));
        return bound == null ? null : new Limit(new Payer(key, null, client), bound);
    }

    private static @Nullable Double first(Map<Scope, Double> all, Scope named, Scope otherwise) {
        Double bound = all.get(named);
        return bound == null ? all.get(otherwise) : bound;
    }
}
