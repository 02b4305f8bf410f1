package io.quafka.program.cli;

import io.quafka.controller.model.QuotaKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Whose quotas are meant.
final class QuotaOptions {
    private static final String NOT_PART = "-";
    private static final String DEFAULT = "(default)";

    @Option(names = "--user", paramLabel = "NAME", description = "A user by its name.")
    private @Nullable String user;

    @Option(
            names = "--default-user",
            description = "Every user that no other quota of the kind is of.")
    private boolean defaultUser;

    @Option(names = "--client-id", paramLabel = "ID", description = "A client id.")
    private @Nullable String clientId;

    @Option(
            names = "--default-client-id",
            description = "Every client id that no other quota of the kind is of.")
    private boolean defaultClientId;

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "An IP address.")
    private @Nullable String address;

    @Option(names = "--default-ip", description = "Every address that no other quota is of.")
    private boolean defaultAddress;

    /// By type, null for the default; empty where nobody was named.
    Map<String, @Nullable String> entity() {
        Map<String, @Nullable String> parts = new LinkedHashMap<>();
        add(parts, ClientQuotaEntity.USER, user, defaultUser);
        add(parts, ClientQuotaEntity.CLIENT_ID, clientId, defaultClientId);
        add(parts, ClientQuotaEntity.IP, address, defaultAddress);
        return parts;
    }

    /// As the other, of somebody.
    ///
    /// @throws CommandLine.ParameterException if nobody was named
    ClientQuotaEntity entity(CommandSpec spec) {
        Map<String, @Nullable String> parts = entity();
        if (parts.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Whose (--user, --client-id, --ip, or --default-user, --default-client-id, --default-ip)?");
        }
        return new ClientQuotaEntity(parts);
    }

    /// Sets quotas, or drops those without a value.
    ///
    /// @param dryRun has it checked, and changes nothing
    static void alter(
            Admin admin,
            ClientQuotaEntity entity,
            List<ClientQuotaAlteration.Op> ops,
            boolean dryRun)
            throws Exception {
        admin.alterClientQuotas(
                        List.of(new ClientQuotaAlteration(entity, ops)),
                        new AlterClientQuotasOptions().validateOnly(dryRun))
                .all()
                .get();
    }

    private static void add(
            Map<String, @Nullable String> parts,
            String type,
            @Nullable String name,
            boolean isDefault) {
        if (name != null && isDefault) {
            throw new CommandFailedException(
                    "either --%s or --default-%s, not both".formatted(type, type));
        }
        if (name != null || isDefault) {
            parts.put(type, name);
        }
    }

    /// What matches quotas of whom was named, and of others beside; all where nobody was.
    ClientQuotaFilter filter() {
        List<ClientQuotaFilterComponent> components = components();
        return components.isEmpty()
                ? ClientQuotaFilter.all()
                : ClientQuotaFilter.contains(components);
    }

    /// What matches just the entity that was named.
    ClientQuotaFilter exactly() {
        return ClientQuotaFilter.containsOnly(components());
    }

    private List<ClientQuotaFilterComponent> components() {
        List<ClientQuotaFilterComponent> components = new ArrayList<>();
        entity().forEach((type, name) ->
                components.add(
                        name == null
                                ? ClientQuotaFilterComponent.ofDefaultEntity(type)
                                : ClientQuotaFilterComponent.ofEntity(type, name)));
        return components;
    }

    /// For people a row for each quota, for machines one for each entity.
    static List<Map<String, Object>> rows(
            Map<ClientQuotaEntity, Map<String, Double>> quotas, boolean json) {
        List<Map<String, Object>> rows = new ArrayList<>();
        Map<String, ClientQuotaEntity> sorted = new TreeMap<>();
        quotas.keySet().forEach(entity -> sorted.put(names(entity).toString(), entity));
        for (ClientQuotaEntity entity : sorted.values()) {
            Map<String, Double> own = new TreeMap<>(quotas.getOrDefault(entity, Map.of()));
            if (json) {
                Map<String, Object> row = new LinkedHashMap<>();
                Map<String, Number> bounds = new LinkedHashMap<>();
                own.forEach((key, bound) -> bounds.put(key, number(bound)));
                row.put("entity", new TreeMap<>(entity.entries()));
                row.put("quotas", bounds);
                rows.add(row);
            } else {
                own.forEach((key, bound) -> {
                    Map<String, Object> row = names(entity);
                    row.put("quota", key);
                    row.put("bound", new Figure(told(key, bound)));
                    rows.add(row);
                });
            }
        }
        return rows;
    }

    private static Map<String, Object> names(ClientQuotaEntity entity) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (String type :
                List.of(
                        ClientQuotaEntity.USER,
                        ClientQuotaEntity.CLIENT_ID,
                        ClientQuotaEntity.IP)) {
            String name = entity.entries().get(type);
            boolean isPart = entity.entries().containsKey(type);
            row.put(type, name != null ? name : isPart ? DEFAULT : NOT_PART);
        }
        return row;
    }

    private static String told(String name, double bound) {
        QuotaKey key = QuotaKey.of(name);
        if (key == null) {
            return number(bound).toString();
        }
        return switch (key) {
            case PRODUCER_BYTE_RATE, CONSUMER_BYTE_RATE -> Human.rate((long) bound);
            case REQUEST_PERCENTAGE -> number(bound) + " %";
            case CONTROLLER_MUTATION_RATE, CONNECTION_CREATION_RATE -> number(bound) + "/s";
        };
    }

    private static Number number(double value) {
        if (value == Math.rint(value)) {
            return (long) value;
        }
        return value;
    }
}
