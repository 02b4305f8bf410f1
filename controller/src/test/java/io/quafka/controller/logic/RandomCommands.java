package io.quafka.controller.logic;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.RetentionBudgets;
import io.quafka.controller.model.ScramName;
import io.quafka.controller.model.ScramSecret;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// Commands as clients of all kinds would send them, sensible and not, from one seed.
public final class RandomCommands {
    private static final List<String> NAMES =
            List.of("a", "b", "a.b", "a_b", "x.y_z", "x_y.z", "bad name", "", "c", "d", "e", "f");
    private static final List<Map<String, String>> CONFIGS =
            List.of(
                    Map.of(),
                    Map.of("retention.ms", "1000"),
                    Map.of("cleanup.policy", "compact,delete", "segment.bytes", "2097152"),
                    Map.of("local.retention.percent", "33.5"),
                    Map.of("no.such.config", "1"),
                    Map.of("retention.ms", "soon"));
    private static final List<String> GROUPS = List.of("g", "h", "");
    private static final List<ConfigChange> GROUP_CHANGES =
            List.of(
                    new ConfigChange("consumer.session.timeout.ms", ConfigOp.SET, "50000"),
                    new ConfigChange("consumer.session.timeout.ms", ConfigOp.DELETE, null),
                    new ConfigChange("streams.num.standby.replicas", ConfigOp.SET, "1"),
                    new ConfigChange("share.isolation.level", ConfigOp.SET, "read_committed"),
                    new ConfigChange("retention.ms", ConfigOp.SET, "5"));
    private static final List<ConfigChange> CHANGES =
            List.of(
                    new ConfigChange("retention.ms", ConfigOp.SET, "5"),
                    new ConfigChange("retention.ms", ConfigOp.DELETE, null),
                    new ConfigChange("cleanup.policy", ConfigOp.APPEND, "compact"),
                    new ConfigChange("cleanup.policy", ConfigOp.SUBTRACT, "delete"),
                    new ConfigChange("log.retention.hours", ConfigOp.SET, "3"),
                    new ConfigChange("num.partitions", ConfigOp.SET, "4"),
                    new ConfigChange("local.retention.percent", ConfigOp.SET, "40.25"),
                    new ConfigChange("retention.percent", ConfigOp.SET, "60"),
                    new ConfigChange("log.local.retention.percent", ConfigOp.SET, "20"),
                    new ConfigChange("storage.replication.factor.max", ConfigOp.SET, "3"),
                    new ConfigChange("num.partitions", ConfigOp.SET, "none"),
                    new ConfigChange("compression.type", ConfigOp.SET, null));

    private final SplittableRandom random;

    public RandomCommands(long seed) {
        random = new SplittableRandom(seed);
    }

    public Uuid uuid() {
        return new Uuid(random.nextLong(), random.nextLong());
    }

    public Command<?> next(ClusterImage image) {
        return switch (random.nextInt(26)) {
            case 0 ->
                    new Command.FormCluster(
                            "cluster-" + random.nextInt(9),
                            random.nextBoolean() ? Map.of() : ClusterConfigs.OF_NEW_CLUSTERS);
            case 1, 2 -> register();
            case 3 -> new Command.UnregisterNode(random.nextInt(8));
            case 4, 5 -> new Command.FenceNode(random.nextInt(6), random.nextInt(3) == 0);
            case 6, 7, 11, 12, 13 -> new Command.CreateTopics(newTopics(), random.nextInt(5) == 0);
            case 8 -> new Command.DeleteTopics(refs(image));
            case 9 -> new Command.CreatePartitions(growth(), random.nextInt(5) == 0);
            case 10 -> alter();
            case 14 -> budgets(image);
            case 15 -> scram();
            case 16, 17 -> inSync(image);
            case 18 -> new Command.CreateAcls(List.of(acl(), acl()));
            case 19 -> new Command.DeleteAcls(List.of(filter(), acl().toFilter()));
            case 20 -> quotas();
            case 21, 22 -> new Command.MoveShards(List.of(move(image), move(image)));
            case 23 -> new Command.DrainNode(random.nextInt(5), random.nextInt(3) > 0);
            case 24 ->
                    random.nextBoolean()
                            ? new Command.RemoveNode(random.nextInt(5))
                            : new Command.ElectLeaders(List.of(shardId(image), shardId(image)));
            default -> new Command.AllocateProducerIds(random.nextInt(2000) - 10);
        };
    }

    private Command<?> scram() {
        ScramName name = new ScramName("user-" + random.nextInt(5), (byte) (1 + random.nextInt(2)));
        ScramSecret secret =
                random.nextInt(3) == 0
                        ? null
                        : new ScramSecret("salt", "stored-" + random.nextInt(), "server", 4096);
        return new Command.AlterScram(List.of(new Command.ScramChange(name, secret)));
    }

    private Command<?> quotas() {
        Map<String, @Nullable String> entity = new HashMap<>();
        for (String type : List.of("user", "client-id", "ip", "host")) {
            if (random.nextInt(3) == 0) {
                entity.put(type, random.nextInt(3) == 0 ? null : random.nextInt(3) + "." + "0.0.1");
            }
        }
        String key =
                pick(
                        List.of(
                                "producer_byte_rate",
                                "request_percentage",
                                "connection_creation_rate",
                                "no_such_rate"));
        Double bound = random.nextInt(4) == 0 ? null : Double.valueOf(random.nextInt(-1, 6) / 2.0);
        return new Command.AlterQuotas(
                List.of(
                        new Command.QuotaChange(
                                new ClientQuotaEntity(entity),
                                List.of(new ClientQuotaAlteration.Op(key, bound)))),
                random.nextInt(5) == 0);
    }

    private AclBinding acl() {
        PatternType type = random.nextBoolean() ? PatternType.LITERAL : PatternType.PREFIXED;
        return new AclBinding(
                new ResourcePattern(
                        random.nextInt(9) == 0 ? ResourceType.CLUSTER : ResourceType.TOPIC,
                        NAMES.get(random.nextInt(NAMES.size())),
                        type),
                new AccessControlEntry(
                        random.nextInt(9) == 0 ? "nobody" : "User:" + random.nextInt(5),
                        random.nextBoolean() ? "*" : "10.0.0.1",
                        random.nextBoolean() ? AclOperation.READ : AclOperation.ALL,
                        random.nextBoolean() ? AclPermissionType.ALLOW : AclPermissionType.DENY));
    }

    private AclBindingFilter filter() {
        return new AclBindingFilter(
                ResourcePatternFilter.ANY,
                new AccessControlEntryFilter(
                        "User:" + random.nextInt(5),
                        null,
                        AclOperation.ANY,
                        AclPermissionType.ANY));
    }

    private Command.ShardMove move(ClusterImage image) {
        return new Command.ShardMove(shardId(image), random.nextInt(4) == 0 ? null : nodes());
    }

    private int shardId(ClusterImage image) {
        return 1 + random.nextInt(Math.max(1, image.shards().size()));
    }

    private Command<?> inSync(ClusterImage image) {
        int id = shardId(image);
        ShardState shard = image.shard(id);
        return new Command.AlterInSync(
                id,
                shard == null ? 1 : shard.leader(),
                shard == null ? 1 : shard.epoch() - random.nextInt(4) / 3,
                shard == null ? 0 : shard.revision() + random.nextInt(4) / 3,
                shard == null || random.nextBoolean() ? nodes() : shard.replicas());
    }

    private Command<?> budgets(ClusterImage image) {
        long share = random.nextLong(1L << 40);
        Map<Uuid, RetentionBudgets.TopicBudget> topics =
                Map.of(
                        uuid(),
                        new RetentionBudgets.TopicBudget(share, share + random.nextInt(1000)));
        return new Command.PublishBudgets(
                image.budgets().version() + random.nextInt(3) / 2,
                Map.of(
                        1 + random.nextInt(5),
                        new RetentionBudgets.NodeBudget(
                                share + random.nextInt(100) + 100, random.nextInt(100), topics)));
    }

    private Command<?> register() {
        Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
        for (NodeRole role : NodeRole.values()) {
            if (random.nextBoolean()) {
                roles.add(role);
            }
        }
        return new Command.RegisterNode(
                new Uuid(1, random.nextInt(5)),
                roles,
                random.nextInt(4) == 0 ? null : endpoint(),
                random.nextInt(4) == 0 ? null : endpoint(),
                random.nextBoolean() ? null : "rack-" + random.nextInt(3),
                random.nextInt(4));
    }

    private Endpoint endpoint() {
        return new Endpoint("host-" + random.nextInt(9), 1 + random.nextInt(65_535));
    }

    private List<Command.NewTopic> newTopics() {
        List<Command.NewTopic> topics = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            boolean assigned = random.nextInt(4) == 0;
            topics.add(
                    new Command.NewTopic(
                            pick(NAMES),
                            assigned && random.nextInt(4) > 0 ? -1 : oftenGood(6),
                            assigned && random.nextInt(4) > 0 ? -1 : replicationFactor(),
                            assigned ? assignments() : Map.of(),
                            random.nextBoolean() ? Map.of() : pick(CONFIGS),
                            random.nextInt(9) == 0));
        }
        return topics;
    }

    private int replicationFactor() {
        return random.nextInt(8) == 0 ? 2 : oftenGood(1);
    }

    private int oftenGood(int most) {
        return random.nextInt(4) == 0 ? random.nextInt(9) - 2 : 1 + random.nextInt(most);
    }

    private Map<Integer, List<Integer>> assignments() {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        for (int partition = random.nextInt(3); partition >= 0; partition--) {
            assignments.put(partition + (random.nextInt(9) == 0 ? 1 : 0), nodes());
        }
        return assignments;
    }

    private List<Integer> nodes() {
        List<Integer> nodes = new ArrayList<>();
        for (int i = random.nextInt(8) == 0 ? -1 : random.nextInt(2); i >= 0; i--) {
            nodes.add(random.nextInt(4));
        }
        return nodes;
    }

    private List<Command.TopicRef> refs(ClusterImage image) {
        List<Command.TopicRef> refs = new ArrayList<>();
        List<Uuid> ids = List.copyOf(image.topicIds().keySet());
        for (int i = random.nextInt(2); i >= 0; i--) {
            @Nullable String name = random.nextBoolean() ? pick(NAMES) : null;
            refs.add(
                    new Command.TopicRef(
                            name, ids.isEmpty() || random.nextInt(3) == 0 ? uuid() : pick(ids)));
        }
        return refs;
    }

    private List<Command.MorePartitions> growth() {
        List<Command.MorePartitions> growth = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            growth.add(
                    new Command.MorePartitions(
                            pick(NAMES),
                            random.nextInt(14),
                            random.nextInt(4) == 0 ? List.of(nodes()) : List.of()));
        }
        return growth;
    }

    private Command<?> alter() {
        Map<ConfigResource, List<ConfigChange>> changes = new HashMap<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            ConfigResource resource =
                    switch (random.nextInt(4)) {
                        case 0 -> new ConfigResource(ConfigResource.Type.BROKER, "");
                        case 1 -> new ConfigResource(ConfigResource.Type.GROUP, pick(GROUPS));
                        default -> new ConfigResource(ConfigResource.Type.TOPIC, pick(NAMES));
                    };
            boolean group = resource.type() == ConfigResource.Type.GROUP;
            changes.put(resource, List.of(pick(group ? GROUP_CHANGES : CHANGES)));
        }
        return new Command.AlterConfigs(changes, random.nextBoolean(), random.nextInt(5) == 0);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
