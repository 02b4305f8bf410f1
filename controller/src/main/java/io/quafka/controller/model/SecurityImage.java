package io.quafka.controller.model;

import java.util.Map;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/// Who may come in, who may do what, and how much.
///
/// @param scram passwords, as far as they are kept
/// @param acls as they were created; what follows from them is the gateways' to say
/// @param quotas of entities that have any, by the names of [QuotaKey]; whom they bind is the
///   gateways' to say
public record SecurityImage(
        PMap<ScramName, ScramSecret> scram,
        PSet<AclBinding> acls,
        PMap<ClientQuotaEntity, Map<String, Double>> quotas) {
    public static final SecurityImage EMPTY =
            new SecurityImage(HashTreePMap.empty(), HashTreePSet.empty(), HashTreePMap.empty());

    public SecurityImage with(MetadataRecord.ScramChanged change) {
        ScramSecret secret = change.secret();
        return new SecurityImage(
                secret == null ? scram.minus(change.name()) : scram.plus(change.name(), secret),
                acls,
                quotas);
    }

    public SecurityImage with(MetadataRecord.AclsChanged change) {
        return new SecurityImage(
                scram, acls.plusAll(change.added()).minusAll(change.removed()), quotas);
    }

    public SecurityImage with(MetadataRecord.QuotasChanged change) {
        return new SecurityImage(
                scram,
                acls,
                change.quotas().isEmpty()
                        ? quotas.minus(change.entity())
                        : quotas.plus(change.entity(), change.quotas()));
    }

    /// What binds an entity by itself; nothing where it has no quotas.
    public Map<String, Double> quotasOf(ClientQuotaEntity entity) {
        Map<String, Double> own = quotas.get(entity);
        return own == null ? Map.of() : own;
    }
}
