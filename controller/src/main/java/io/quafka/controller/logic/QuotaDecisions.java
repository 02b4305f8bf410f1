package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AlterQuotas;
import io.quafka.controller.model.Command.QuotaChange;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.QuotasChanged;
import io.quafka.controller.model.QuotaKey;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.SecurityImage;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/// Decides which quotas there are, as Kafka's controllers do (KIP-546, KIP-612). Addresses are
/// written as numbers: what a name stands for is not the same everywhere and always.
final class QuotaDecisions {
    /// How far from a whole number a double may be that stands for one, as in Kafka.
    private static final double EPSILON = 1e-6;

    private static final Set<String> ENTITY_TYPES =
            Set.of(ClientQuotaEntity.USER, ClientQuotaEntity.CLIENT_ID, ClientQuotaEntity.IP);

    private QuotaDecisions() {}

    /// Each entity stands or falls alone.
    static Decision decide(ClusterImage image, AlterQuotas command) {
        SecurityImage security = image.security();
        List<MetadataRecord> records = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (QuotaChange change : command.changes()) {
            try {
                Map<String, Double> before = security.quotasOf(change.entity());
                Map<String, Double> after = changed(security, change, before);
                outcomes.add(Outcome.OK);
                if (!after.equals(before)) {
                    QuotasChanged record = new QuotasChanged(change.entity(), after);
                    security = security.with(record);
                    records.add(record);
                }
            } catch (Refusal e) {
                outcomes.add(new Outcome(e.error(), e.getMessage()));
            }
        }
        List<MetadataRecord> kept = command.validateOnly() ? List.of() : records;
        return new Decision(kept, new Reply.Outcomes(Decision.versionAfter(image, kept), outcomes));
    }

    private static Map<String, Double> changed(
            SecurityImage security, QuotaChange change, Map<String, Double> before) throws Refusal {
        Map<String, @Nullable String> entity = change.entity().entries();
        check(entity);
        Map<String, Double> after = new HashMap<>(before);
        for (ClientQuotaAlteration.Op op : change.ops()) {
            QuotaKey key = key(op.key(), entity.containsKey(ClientQuotaEntity.IP));
            Double bound = op.value();
            if (bound == null) {
                after.remove(op.key());
            } else {
                check(key, bound);
                after.put(op.key(), key.isWhole() ? Math.rint(bound) : bound);
            }
        }
        if (before.isEmpty() && !after.isEmpty() && security.quotas().size() >= Limits.QUOTAS_MAX) {
            throw new Refusal(
                    Errors.POLICY_VIOLATION,
                    "there are quotas of %d entities, and no more can be kept: those of defaults stand for many"
                            .formatted(Limits.QUOTAS_MAX));
        }
        return after;
    }

    private static void check(Map<String, @Nullable String> entity) throws Refusal {
        if (entity.isEmpty()) {
            throw invalid("Invalid empty client quota entity");
        }
        for (Map.Entry<String, @Nullable String> part : entity.entrySet()) {
            String name = part.getValue();
            if (!ENTITY_TYPES.contains(part.getKey())) {
                throw invalid("Unhandled client quota entity type: " + part.getKey());
            }
            if (name != null && name.isEmpty()) {
                throw invalid("Empty " + part.getKey() + " not supported");
            }
            if (name != null && name.length() > Limits.QUOTA_NAME_CHARS_MAX) {
                throw invalid(
                        "a %s has more than %d characters"
                                .formatted(part.getKey(), Limits.QUOTA_NAME_CHARS_MAX));
            }
        }
        if (entity.containsKey(ClientQuotaEntity.IP)) {
            if (entity.size() > 1) {
                throw invalid(
                        "Invalid quota entity combination, IP entity should not be combined with User or ClientId");
            }
            checkAddress(entity.get(ClientQuotaEntity.IP));
        }
    }

    private static void checkAddress(@Nullable String address) throws Refusal {
        if (address == null) {
            return;
        }
        try {
            InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException _) {
            throw invalid(address + " is not an IP address; names of hosts are not looked up");
        }
    }

    private static QuotaKey key(String name, boolean ofAddress) throws Refusal {
        QuotaKey key = QuotaKey.of(name);
        if (key == null || key.isOfAddresses() != ofAddress) {
            List<String> known = new ArrayList<>();
            for (QuotaKey each : QuotaKey.values()) {
                if (each.isOfAddresses() == ofAddress) {
                    known.add(each.configName());
                }
            }
            throw invalid(
                    "Invalid configuration key %s: of %s there are %s"
                            .formatted(
                                    name,
                                    ofAddress ? "an address" : "users and client ids",
                                    String.join(", ", known)));
        }
        return key;
    }

    private static void check(QuotaKey key, double bound) throws Refusal {
        if (!(bound > 0)) {
            throw invalid("Quota " + key.configName() + " must be greater than 0");
        }
        if (bound > key.max()) {
            throw invalid(
                    "Proposed value for %s is too large: %s".formatted(key.configName(), bound));
        }
        if (key.isWhole() && Math.abs(bound - Math.rint(bound)) > EPSILON) {
            throw invalid(key.configName() + " must be a whole number, not " + bound);
        }
    }

    private static Refusal invalid(String message) {
        return new Refusal(Errors.INVALID_REQUEST, message);
    }
}
