package io.quafka.controller.logic;

/// How much metadata there may be.
public final class Limits {
    /// Partitions that one command may create: Kafka's own bound, and what keeps a decision well
    /// under 100 ms.
    public static final int COMMAND_PARTITIONS_MAX = 10_000;

    /// Partitions of one topic. A topic's image is one array, copied when it grows.
    public static final int TOPIC_PARTITIONS_MAX = 100_000;

    /// Partitions in the cluster: 40 MB of every image, and of every snapshot at most as much.
    public static final int CLUSTER_PARTITIONS_MAX = 10_000_000;

    /// Groups with configs of their own: some hundred bytes each, of every image and snapshot.
    public static final int GROUPS_CONFIGURED_MAX = 100_000;

    /// Credentials, two of a user at most: some 300 bytes each, of every image and snapshot.
    public static final int SCRAM_MAX = 100_000;

    /// ACLs: some 500 bytes each, of every image and snapshot. Gateways sort all of them again when
    /// one changes.
    public static final int ACLS_MAX = 20_000;

    /// Characters of an ACL's resource, principal and host together.
    public static final int ACL_CHARS_MAX = 1_000;

    /// Entities with quotas: some 400 bytes each, of every image and snapshot. Gateways look
    /// through all of them again when one changes.
    public static final int QUOTAS_MAX = 20_000;

    /// Characters of a user, client id or address that a quota is of.
    public static final int QUOTA_NAME_CHARS_MAX = 1_000;

    /// Shards that one storage node may lead.
    public static final int NODE_SHARDS_MAX = 1024;

    /// Producer ids in one block.
    public static final int PRODUCER_IDS_MAX = 1_000_000;

    private Limits() {}
}
