package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which ACLs are meant.
final class AclOptions {
    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "A user by its name, or '*' for everybody.")
    private @Nullable String user;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            description = "A topic, or '*' for all. May come several times, as the others may.")
    private List<String> topics = List.of();

    @Option(names = "--group", paramLabel = "ID", description = "A consumer group.")
    private List<String> groups = List.of();

    @Option(names = "--transactional-id", paramLabel = "ID", description = "A transactional id.")
    private List<String> transactionalIds = List.of();

    @Option(names = "--cluster", description = "The cluster itself.")
    private boolean cluster;

    @Option(
            names = "--prefixed",
            description = "The names are beginnings: of all resources whose names start so.")
    private boolean prefixed;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The client's address, or '*' for any.")
    private @Nullable String host;

    /// As ACLs name it; null where it was not said.
    @Nullable String principal() {
        return user == null ? null : KafkaPrincipal.USER_TYPE + ":" + user;
    }

    @Nullable String host() {
        return host;
    }

    /// Those that were named, none if none was.
    List<ResourcePattern> resources() {
        PatternType type = prefixed ? PatternType.PREFIXED : PatternType.LITERAL;
        List<ResourcePattern> all = new ArrayList<>();
        topics.forEach(name -> all.add(new ResourcePattern(ResourceType.TOPIC, name, type)));
        groups.forEach(id -> all.add(new ResourcePattern(ResourceType.GROUP, id, type)));
        transactionalIds.forEach(
                id -> all.add(new ResourcePattern(ResourceType.TRANSACTIONAL_ID, id, type)));
        if (cluster) {
            all.add(
                    new ResourcePattern(
                            ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL));
        }
        return all;
    }

    /// What matches those of them that are there already.
    List<AclBindingFilter> filters() {
        var entry =
                new AccessControlEntryFilter(
                        principal(), host, AclOperation.ANY, AclPermissionType.ANY);
        List<AclBindingFilter> filters =
                resources().stream()
                        .map(resource -> new AclBindingFilter(resource.toFilter(), entry))
                        .toList();
        return filters.isEmpty()
                ? List.of(new AclBindingFilter(ResourcePatternFilter.ANY, entry))
                : filters;
    }

    /// @throws CommandFailedException for a word that is no operation
    static List<AclOperation> operations(List<String> words) {
        List<AclOperation> operations = new ArrayList<>();
        for (String word : words) {
            AclOperation operation =
                    AclOperation.fromString(word.replace('-', '_').toUpperCase(Locale.ROOT));
            if (operation == AclOperation.UNKNOWN || operation == AclOperation.ANY) {
                throw new CommandFailedException(
                        "there is no operation '%s': read, write, create, delete, alter, describe, describe-configs, alter-configs, idempotent-write, cluster-action and all are"
                                .formatted(word));
            }
            operations.add(operation);
        }
        return operations;
    }

    static Map<String, Object> row(AclBinding acl) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("principal", acl.entry().principal());
        row.put("permission", word(acl.entry().permissionType()));
        row.put("operation", word(acl.entry().operation()));
        row.put("resource", word(acl.pattern().resourceType()));
        row.put("name", acl.pattern().name());
        row.put("pattern", word(acl.pattern().patternType()));
        row.put("host", acl.entry().host());
        return row;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
