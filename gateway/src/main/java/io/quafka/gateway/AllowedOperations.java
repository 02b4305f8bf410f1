package io.quafka.gateway;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/// What a client may do, as the bit fields of answers show it. Without an authorizer: everything
/// that the resource knows.
public final class AllowedOperations {
    /// Told where the client did not ask.
    public static final int NOT_ASKED = Integer.MIN_VALUE;

    private static final Map<ResourceType, List<AclOperation>> KNOWN =
            Map.of(
                    ResourceType.TOPIC,
                    List.of(
                            AclOperation.READ,
                            AclOperation.WRITE,
                            AclOperation.CREATE,
                            AclOperation.DESCRIBE,
                            AclOperation.DELETE,
                            AclOperation.ALTER,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS),
                    ResourceType.GROUP,
                    List.of(
                            AclOperation.READ,
                            AclOperation.DESCRIBE,
                            AclOperation.DELETE,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS),
                    ResourceType.CLUSTER,
                    List.of(
                            AclOperation.CREATE,
                            AclOperation.CLUSTER_ACTION,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.ALTER_CONFIGS,
                            AclOperation.IDEMPOTENT_WRITE,
                            AclOperation.ALTER,
                            AclOperation.DESCRIBE));

    static final int TOPIC = bits(of(ResourceType.TOPIC));
    static final int GROUP = bits(of(ResourceType.GROUP));
    static final int CLUSTER = bits(of(ResourceType.CLUSTER));

    private AllowedOperations() {}

    /// What can be done with resources of a type, as far as answers tell it.
    public static List<AclOperation> of(ResourceType type) {
        return KNOWN.getOrDefault(type, List.of());
    }

    private static int bits(List<AclOperation> operations) {
        int bits = 0;
        for (AclOperation operation : operations) {
            bits |= 1 << operation.code();
        }
        return bits;
    }
}
