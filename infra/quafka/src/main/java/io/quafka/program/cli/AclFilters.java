package io.quafka.program.cli;

import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePatternFilter;

/// What matches ACLs that are there already.
final class AclFilters {
    private AclFilters() {}

    static List<AclBindingFilter> of(AclOptions options) {
        var entry =
                new AccessControlEntryFilter(
                        options.principal(),
                        options.host(),
                        AclOperation.ANY,
                        AclPermissionType.ANY);
        List<AclBindingFilter> filters =
                options.resources().stream()
                        .map(resource -> new AclBindingFilter(resource.toFilter(), entry))
                        .toList();
        return filters.isEmpty()
                ? List.of(new AclBindingFilter(ResourcePatternFilter.ANY, entry))
                : filters;
    }
}
