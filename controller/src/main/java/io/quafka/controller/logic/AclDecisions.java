package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.CreateAcls;
import io.quafka.controller.model.Command.DeleteAcls;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.AclsChanged;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;
import org.jspecify.annotations.Nullable;

/// Decides which ACLs there are, as Kafka's controllers do. What they mean is not its business.
final class AclDecisions {
    private AclDecisions() {}

    /// Each ACL stands or falls alone.
    static Decision create(ClusterImage image, CreateAcls command) {
        Set<AclBinding> known = image.security().acls();
        Set<AclBinding> added = new LinkedHashSet<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (AclBinding acl : command.acls()) {
            String problem = problem(acl);
            if (problem != null) {
                outcomes.add(new Outcome(Errors.INVALID_REQUEST, problem));
            } else if (known.contains(acl) || added.contains(acl)) {
                outcomes.add(Outcome.OK);
            } else if (known.size() + added.size() >= Limits.ACLS_MAX) {
                outcomes.add(
                        new Outcome(
                                Errors.POLICY_VIOLATION,
                                "there are %d ACLs, and no more can be kept: those with prefixed patterns stand for many"
                                        .formatted(Limits.ACLS_MAX)));
            } else {
                added.add(acl);
                outcomes.add(Outcome.OK);
            }
        }
        List<MetadataRecord> records =
                added.isEmpty()
                        ? List.of()
                        : List.of(new AclsChanged(List.copyOf(added), List.of()));
        return new Decision(
                records, new Reply.Outcomes(Decision.versionAfter(image, records), outcomes));
    }

    /// Each ACL is told by the first filter that matches it.
    static Decision delete(ClusterImage image, DeleteAcls command) {
        Set<AclBinding> removed = new LinkedHashSet<>();
        List<List<AclBinding>> deleted = new ArrayList<>();
        for (AclBindingFilter filter : command.filters()) {
            List<AclBinding> matched =
                    image.security().acls().stream()
                            .filter(acl -> filter.matches(acl) && !removed.contains(acl))
                            .toList();
            removed.addAll(matched);
            deleted.add(matched);
        }
        List<MetadataRecord> records =
                removed.isEmpty()
                        ? List.of()
                        : List.of(new AclsChanged(List.of(), List.copyOf(removed)));
        return new Decision(
                records, new Reply.AclsDeleted(Decision.versionAfter(image, records), deleted));
    }

    private static @Nullable String problem(AclBinding acl) {
        String name = acl.pattern().name();
        if (acl.isUnknown()
                || acl.pattern().resourceType() == ResourceType.ANY
                || !acl.pattern().patternType().isSpecific()
                || acl.toFilter().findIndefiniteField() != null) {
            return "an ACL says one type of resource, a literal or prefixed pattern, one operation, and whether it is"
                    + " allowed or denied";
        }
        if (name.isEmpty()) {
            return "Resource name should not be empty";
        }
        if (acl.pattern().resourceType() == ResourceType.CLUSTER
                && !(name.equals(Resource.CLUSTER_NAME)
                        && acl.pattern().patternType() == PatternType.LITERAL)) {
            return "The only valid name for the CLUSTER resource is " + Resource.CLUSTER_NAME;
        }
        int chars = name.length() + acl.entry().principal().length() + acl.entry().host().length();
        if (chars > Limits.ACL_CHARS_MAX) {
            return "resource, principal and host have more than %d characters"
                    .formatted(Limits.ACL_CHARS_MAX);
        }
        try {
            SecurityUtils.parseKafkaPrincipal(acl.entry().principal());
            return null;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
