package io.quafka.gateway;

import io.quafka.controller.Controller;
import io.quafka.controller.Metadata;
import io.quafka.controller.logic.ControllerLogic;
import io.quafka.controller.logic.Decision;
import io.quafka.controller.logic.IdSource;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.PartitionShards;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.controller.model.TopicSettings;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.NodeMeasure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// A controller that decides at once, in memory: enough of the rules for the gateway's side of each
/// command.
final class MemoryController implements Controller, Metadata {
    static final int DEFAULT_PARTITIONS = 1;

    private final List<Command<?>> submitted = new ArrayList<>();
    private volatile ClusterImage image = ClusterImage.EMPTY;
    private volatile boolean silent;

    MemoryController() {
        change(i ->
                with(i, i.nodes(), i.shards(), i.topicsByName(), i.topicIds(), i.defaults())
                        .image("test-cluster-id"));
    }

    private record Next(ClusterImage base) {
        ClusterImage image(String clusterId) {
            return new ClusterImage(
                    base.version(),
                    clusterId,
                    base.nodes(),
                    base.shards(),
                    base.topicsByName(),
                    base.topicIds(),
                    base.defaults(),
                    base.nextProducerId(),
                    base.nextNodeId(),
                    base.nextShardId());
        }
    }

    private static Next with(
            ClusterImage i,
            PMap<Integer, Node> nodes,
            PMap<Integer, ShardState> shards,
            PMap<String, Topic> topics,
            PMap<Uuid, String> ids,
            PMap<String, String> defaults) {
        return new Next(
                new ClusterImage(
                        i.version() + 1,
                        i.clusterId(),
                        nodes,
                        shards,
                        topics,
                        ids,
                        defaults,
                        i.nextProducerId(),
                        i.nextNodeId(),
                        i.nextShardId()));
    }

    private synchronized void change(UnaryOperator<ClusterImage> change) {
        image = change.apply(image);
    }

    /// From now on no command is answered.
    void fallSilent() {
        silent = true;
    }

    List<Command<?>> submitted() {
        return submitted;
    }

    void node(int id, NodeRole... roles) {
        node(id, new Endpoint("gateway-" + id, 9092), roles);
    }

    void node(int id, Endpoint kafka, NodeRole... roles) {
        node(new Node(id, Uuid.randomUuid(), Set.of(roles), kafka, null, null, false));
    }

    void gatewayIn(String zone, int id, NodeRole... others) {
        Set<NodeRole> roles = new HashSet<>(Set.of(others));
        roles.add(NodeRole.GATEWAY);
        Endpoint kafka = new Endpoint("gateway-" + id, 9092);
        node(new Node(id, Uuid.randomUuid(), roles, kafka, null, zone, false));
    }

    void fence(int id) {
        node(Objects.requireNonNull(image.node(id)).withFenced(true));
    }

    private void node(Node node) {
        change(i ->
                with(
                                i,
                                i.nodes().plus(node.id(), node),
                                i.shards(),
                                i.topicsByName(),
                                i.topicIds(),
                                i.defaults())
                        .image(i.clusterId()));
    }

    void defaults(Map<String, String> settings) {
        change(i ->
                with(
                                i,
                                i.nodes(),
                                i.shards(),
                                i.topicsByName(),
                                i.topicIds(),
                                HashTreePMap.from(settings))
                        .image(i.clusterId()));
    }

    void shard(int id, int leader) {
        shard(new ShardState(id, 7, leader, List.of(leader), List.of(leader)));
    }

    void shard(ShardState shard) {
        change(i ->
                with(
                                i,
                                i.nodes(),
                                i.shards().plus(shard.id(), shard),
                                i.topicsByName(),
                                i.topicIds(),
                                i.defaults())
                        .image(i.clusterId()));
    }

    @Override
    public Metadata metadata() {
        return this;
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public CompletableFuture<ClusterImage> awaitVersion(long version) {
        return CompletableFuture.completedFuture(image);
    }

    @Override
    public AutoCloseable subscribe(BiConsumer<ClusterImage, ClusterImage> listener) {
        listener.accept(ClusterImage.EMPTY, image);
        return () -> {};
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized <R> CompletableFuture<R> submit(Command<R> command) {
        submitted.add(command);
        return silent
                ? new CompletableFuture<>()
                : CompletableFuture.completedFuture((R) decide(command));
    }

    private Reply decide(Command<?> command) {
        return switch (command) {
            case Command.CreateTopics create -> create(create);
            case Command.DeleteTopics delete -> delete(delete);
            case Command.CreatePartitions more -> grow(more);
            case Command.AlterConfigs alter -> {
                Map<ConfigResource, Reply.Outcome> outcomes = new HashMap<>();
                alter.changes().keySet().forEach(r -> outcomes.put(r, Reply.Outcome.OK));
                yield new Reply.Configs(image.version(), outcomes);
            }
            case Command.AllocateProducerIds allocate -> allocate(allocate.count());
            case Command.CreateAcls create ->
                    new Reply.Outcomes(
                            image.version(),
                            create.acls().stream().map(_ -> Reply.Outcome.OK).toList());
            case Command.DeleteAcls delete ->
                    new Reply.AclsDeleted(
                            image.version(),
                            delete.filters().stream().map(_ -> List.<AclBinding>of()).toList());
            case Command.AlterQuotas alter ->
                    new Reply.Outcomes(
                            image.version(),
                            alter.changes().stream().map(_ -> Reply.Outcome.OK).toList());
            case Command.AlterScram alter ->
                    new Reply.Outcomes(
                            image.version(),
                            alter.changes().stream().map(_ -> Reply.Outcome.OK).toList());
            case Command.MoveShards _,
                    Command.ElectLeaders _,
                    Command.DrainNode _,
                    Command.RemoveNode _ ->
                    truly(command);
            default -> throw new UnsupportedOperationException(command.toString());
        };
    }

    /// As the real controller does.
    private Reply truly(Command<?> command) {
        Decision decision = ControllerLogic.decide(image, command, IdSource.from(Uuid.ZERO_UUID));
        change(decision::applyTo);
        return decision.reply();
    }

    private Reply.ProducerIds allocate(int count) {
        ClusterImage i = image;
        image =
                new ClusterImage(
                        i.version() + 1,
                        i.clusterId(),
                        i.nodes(),
                        i.shards(),
                        i.topicsByName(),
                        i.topicIds(),
                        i.defaults(),
                        i.nextProducerId() + count,
                        i.nextNodeId(),
                        i.nextShardId());
        return new Reply.ProducerIds(image.version(), i.nextProducerId(), count);
    }

    private Reply.Topics create(Command.CreateTopics create) {
        List<TopicOutcome> outcomes = new ArrayList<>();
        for (NewTopic wanted : create.topics()) {
            if (!org.apache.kafka.common.internals.Topic.isValid(wanted.name())) {
                outcomes.add(refused(wanted.name(), Errors.INVALID_TOPIC_EXCEPTION));
            } else if (image.topic(wanted.name()) != null) {
                outcomes.add(refused(wanted.name(), Errors.TOPIC_ALREADY_EXISTS));
            } else {
                Topic topic = topic(wanted);
                if (!create.validateOnly()) {
                    put(topic);
                }
                outcomes.add(new TopicOutcome(topic.name(), topic.id(), Errors.NONE, null, topic));
            }
        }
        return new Reply.Topics(image.version(), outcomes);
    }

    private static TopicOutcome refused(String name, Errors error) {
        return new TopicOutcome(name, Uuid.ZERO_UUID, error, error.message(), null);
    }

    private Topic topic(NewTopic wanted) {
        int count = wanted.partitions() == -1 ? DEFAULT_PARTITIONS : wanted.partitions();
        return new Topic(
                Uuid.randomUuid(),
                wanted.name(),
                PartitionShards.of(shards(0, count)),
                1,
                Map.copyOf(wanted.configs()),
                SETTINGS,
                wanted.internal());
    }

    private int[] shards(int first, int count) {
        List<Integer> ids = image.shards().keySet().stream().sorted().toList();
        int[] shards = new int[count];
        for (int i = 0; i < count; i++) {
            shards[i] = ids.get((first + i) % ids.size());
        }
        return shards;
    }

    private void put(Topic topic) {
        change(i ->
                with(
                                i,
                                i.nodes(),
                                i.shards(),
                                i.topicsByName().plus(topic.name(), topic),
                                i.topicIds().plus(topic.id(), topic.name()),
                                i.defaults())
                        .image(i.clusterId()));
    }

    private Reply.Topics delete(Command.DeleteTopics delete) {
        List<TopicOutcome> outcomes = new ArrayList<>();
        for (Command.TopicRef ref : delete.topics()) {
            Topic topic = ref.name() == null ? image.topic(ref.id()) : image.topic(ref.name());
            if (topic == null) {
                outcomes.add(
                        new TopicOutcome(
                                ref.name() == null ? "" : ref.name(),
                                ref.id(),
                                ref.name() == null
                                        ? Errors.UNKNOWN_TOPIC_ID
                                        : Errors.UNKNOWN_TOPIC_OR_PARTITION,
                                null,
                                null));
                continue;
            }
            change(i ->
                    with(
                                    i,
                                    i.nodes(),
                                    i.shards(),
                                    i.topicsByName().minus(topic.name()),
                                    i.topicIds().minus(topic.id()),
                                    i.defaults())
                            .image(i.clusterId()));
            outcomes.add(new TopicOutcome(topic.name(), topic.id(), Errors.NONE, null, null));
        }
        return new Reply.Topics(image.version(), outcomes);
    }

    private Reply.Topics grow(Command.CreatePartitions more) {
        List<TopicOutcome> outcomes = new ArrayList<>();
        for (Command.MorePartitions wanted : more.topics()) {
            Topic topic = image.topic(wanted.topic());
            if (topic == null || wanted.totalCount() <= topic.partitionCount()) {
                outcomes.add(
                        refused(
                                wanted.topic(),
                                topic == null
                                        ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                                        : Errors.INVALID_PARTITIONS));
                continue;
            }
            int[] added =
                    shards(topic.partitionCount(), wanted.totalCount() - topic.partitionCount());
            var grown =
                    new Topic(
                            topic.id(),
                            topic.name(),
                            topic.partitions().append(added),
                            1,
                            topic.configs(),
                            topic.settings(),
                            topic.internal());
            if (!more.validateOnly()) {
                put(grown);
            }
            outcomes.add(new TopicOutcome(grown.name(), grown.id(), Errors.NONE, null, grown));
        }
        return new Reply.Topics(image.version(), outcomes);
    }

    @Override
    public CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public CompletableFuture<Map<Integer, NodeMeasure>> measures() {
        return CompletableFuture.completedFuture(Map.of());
    }

    @Override
    public void close() {}

    private static final TopicSettings SETTINGS =
            new TopicSettings(
                    false,
                    true,
                    604_800_000L,
                    -1,
                    -2,
                    -2,
                    1 << 30,
                    604_800_000L,
                    1_048_588,
                    1,
                    "producer",
                    TimestampType.CREATE_TIME,
                    Long.MAX_VALUE,
                    3_600_000L);
}
