package io.quafka.gateway.access;

import io.quafka.controller.model.SecurityImage;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/// What the ACLs of the image allow. The rules are Kafka's own `StandardAuthorizer`: deny wins,
/// READ and others imply DESCRIBE, super users may do everything. A question costs the logarithm of
/// the number of ACLs, one by type of resource all that are of it.
///
/// Super users are known here already: Kafka's list of them parts names at semicolons, which names
/// in certificates may have.
///
/// Thread-safe. The first question after a change of ACLs waits until all of them are sorted again,
/// so that none is answered by ACLs older than the image.
public final class Permissions {
    /// As whom this process asks itself. No client can be this: theirs are of type `User`.
    public static final KafkaPrincipal OWN = new KafkaPrincipal("Quafka", "console");

    /// Sorted ACLs, and the image's that they come from.
    private record Sorted(Object source, StandardAuthorizer authorizer) {}

    private static final String METRICS = "/metrics";
    private static final RequestHeader OVER_HTTP =
            new RequestHeader(ApiKeys.DESCRIBE_CLUSTER, (short) 0, "http", 0);

    private final Set<KafkaPrincipal> superUsers;
    private final Supplier<SecurityImage> image;
    private final Map<String, String> settings;
    private volatile Sorted sorted;

    public Permissions(Supplier<SecurityImage> image, AclConfig config) {
        this.superUsers = new HashSet<>(config.superUsers());
        superUsers.add(OWN);
        this.image = image;
        this.settings =
                Map.of(
                        StandardAuthorizer.ALLOW_EVERYONE_IF_NO_ACL_IS_FOUND_CONFIG,
                        Boolean.toString(config.allowWithoutAcl()));
        this.sorted = sort(image.get());
    }

    boolean allow(
            AuthorizableRequestContext who,
            AclOperation operation,
            ResourceType type,
            String resource) {
        if (superUsers.contains(who.principal())) {
            return true;
        }
        var pattern = new ResourcePattern(type, resource, PatternType.LITERAL);
        // Kafka's log of refusals is as long as a client wants: ours is limited.
        var action = new Action(operation, pattern, 1, false, false);
        return current().authorize(who, List.of(action)).getFirst() == AuthorizationResult.ALLOWED;
    }

    /// Whether there is any resource of a type with which it is allowed.
    boolean allowAny(AuthorizableRequestContext who, AclOperation operation, ResourceType type) {
        return superUsers.contains(who.principal())
                || current().authorizeByResourceType(who, operation, type)
                        == AuthorizationResult.ALLOWED;
    }

    /// Whether somebody may ask for something over HTTP: metrics with DESCRIBE of the cluster;
    /// anything else, which shows topics, groups and records of all, as a super user.
    public boolean mayAsk(KafkaPrincipal who, InetAddress from, String path) {
        return superUsers.contains(who)
                || (path.equals(METRICS)
                        && allow(
                                new Asker(who, from, OVER_HTTP, true),
                                AclOperation.DESCRIBE,
                                ResourceType.CLUSTER,
                                Resource.CLUSTER_NAME));
    }

    private StandardAuthorizer current() {
        SecurityImage now = image.get();
        Sorted known = sorted;
        return known.source() == now.acls() ? known.authorizer() : sortAgain().authorizer();
    }

    private synchronized Sorted sortAgain() {
        SecurityImage now = image.get();
        Sorted known = sorted;
        if (known.source() != now.acls()) {
            known = sort(now);
            sorted = known;
        }
        return known;
    }

    private Sorted sort(SecurityImage security) {
        var authorizer = new StandardAuthorizer();
        authorizer.configure(settings);
        authorizer.withPluginMetrics(new Unmetered());
        Map<Uuid, StandardAcl> acls = HashMap.newHashMap(security.acls().size());
        long number = 0;
        for (AclBinding acl : security.acls()) {
            acls.put(new Uuid(1, number++), StandardAcl.fromAclBinding(acl));
        }
        authorizer.loadSnapshot(acls);
        authorizer.completeInitialLoad();
        return new Sorted(security.acls(), authorizer);
    }
}
