package io.quafka.gateway.access;

import java.util.Set;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// What ACLs are read with.
///
/// @param superUsers who may do everything, whatever the ACLs say
/// @param allowWithoutAcl whether everybody may do what no ACL is about, as Kafka's
///   `allow.everyone.if.no.acl.found` has it
public record AclConfig(Set<KafkaPrincipal> superUsers, boolean allowWithoutAcl) {
    public AclConfig {
        superUsers = Set.copyOf(superUsers);
    }
}
