package io.quafka.controller.model;

import org.apache.kafka.common.acl.AclBinding;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/// Who may come in, and who may do what.
///
/// @param scram passwords, as far as they are kept
/// @param acls as they were created; what follows from them is the gateways' to say
public record SecurityImage(PMap<ScramName, ScramSecret> scram, PSet<AclBinding> acls) {
    public static final SecurityImage EMPTY =
            new SecurityImage(HashTreePMap.empty(), HashTreePSet.empty());

    public SecurityImage with(MetadataRecord.ScramChanged change) {
        ScramSecret secret = change.secret();
        return new SecurityImage(
                secret == null ? scram.minus(change.name()) : scram.plus(change.name(), secret),
                acls);
    }

    public SecurityImage with(MetadataRecord.AclsChanged change) {
        return new SecurityImage(scram, acls.plusAll(change.added()).minusAll(change.removed()));
    }
}
