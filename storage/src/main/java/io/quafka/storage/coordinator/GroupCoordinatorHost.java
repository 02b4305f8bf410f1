package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.storage.CoordinatorCall;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.PartitionMetadataClient;

/// Kafka's group coordinator on partitions of `__consumer_offsets`.
final class GroupCoordinatorHost implements HostedCoordinator {
    static final Set<ApiKeys> APIS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            ApiKeys.JOIN_GROUP,
                            ApiKeys.SYNC_GROUP,
                            ApiKeys.HEARTBEAT,
                            ApiKeys.LEAVE_GROUP,
                            ApiKeys.OFFSET_COMMIT,
                            ApiKeys.OFFSET_FETCH,
                            ApiKeys.OFFSET_DELETE,
                            ApiKeys.TXN_OFFSET_COMMIT,
                            ApiKeys.DESCRIBE_GROUPS,
                            ApiKeys.LIST_GROUPS,
                            ApiKeys.DELETE_GROUPS,
                            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                            ApiKeys.CONSUMER_GROUP_DESCRIBE,
                            ApiKeys.STREAMS_GROUP_HEARTBEAT,
                            ApiKeys.STREAMS_GROUP_DESCRIBE));

    private static final String NAME = "group-coordinator";

    private final GroupCoordinatorService service;
    private final GroupRequests requests;
    private final GroupCoordinatorMetrics metrics;
    private final GroupConfigManager configs;
    private Map<String, Map<String, String>> configured = Map.of();

    private GroupCoordinatorHost(
            GroupCoordinatorService service,
            GroupRequests requests,
            GroupCoordinatorMetrics metrics,
            GroupConfigManager configs) {
        this.service = service;
        this.requests = requests;
        this.metrics = metrics;
        this.configs = configs;
    }

    static GroupCoordinatorHost start(CoordinatorEnvironment environment, Metadata metadata) {
        AbstractConfig settings = settings(environment.config().settings());
        GroupCoordinatorConfig config = new GroupCoordinatorConfig(settings);
        GroupConfigManager configs =
                new GroupConfigManager(Map.of(), config, new ShareGroupConfig(settings));
        GroupCoordinatorMetrics metrics = new GroupCoordinatorMetrics();
        GroupCoordinatorService service =
                new GroupCoordinatorService.Builder(environment.nodeId(), config)
                        .withTime(environment.time())
                        .withTimer(environment.timer(NAME))
                        .withLoader(environment.loader(new GroupCoordinatorRecordSerde()))
                        .withWriter(environment.writer())
                        .withCoordinatorRuntimeMetrics(
                                new GroupCoordinatorRuntimeMetrics(new Metrics()))
                        .withGroupCoordinatorMetrics(metrics)
                        .withGroupConfigManager(configs)
                        .withPersister(new NoOpStatePersister())
                        .withAuthorizerPlugin(Optional.empty())
                        .withPartitionMetadataClient(new NoPartitionMetadata())
                        .build();
        service.startup(environment::partitionCount);
        OffsetRequests offsets = new OffsetRequests(service, metadata);
        return new GroupCoordinatorHost(
                service, new GroupRequests(service, offsets), metrics, configs);
    }

    /// Kafka keeps what share groups are set up with apart; the coordinator reads both.
    private static AbstractConfig settings(Map<String, String> given) {
        ConfigDef definitions = new ConfigDef();
        Stream.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)
                .flatMap(def -> def.configKeys().values().stream())
                .collect(Collectors.toMap(key -> key.name, key -> key, (first, _) -> first))
                .values()
                .forEach(definitions::define);
        return new AbstractConfig(definitions, given, false);
    }

    @Override
    public void elected(int partition, int epoch) {
        service.onElection(partition, epoch);
    }

    @Override
    public void resigned(int partition) {
        service.onResignation(partition, OptionalInt.empty());
    }

    @Override
    public void metadataChanged(MetadataDelta delta, MetadataImage image) {
        service.onMetadataUpdate(delta, image);
    }

    /// The coordinator looks a group's configs up whenever it needs them: members hear of them with
    /// their next heartbeats.
    @Override
    public void groupsConfigured(Map<String, Map<String, String>> next) {
        Map<String, Map<String, String>> before = configured;
        configured = next;
        if (before == next) {
            return;
        }
        for (String group : before.keySet()) {
            if (!next.containsKey(group)) {
                configs.updateGroupConfig(group, new Properties());
            }
        }
        next.forEach((group, settings) -> {
            if (!settings.equals(before.get(group))) {
                Properties properties = new Properties();
                properties.putAll(settings);
                configs.updateGroupConfig(group, properties);
            }
        });
    }

    @Override
    public CompletableFuture<? extends ApiMessage> handle(CoordinatorCall call) {
        return requests.handle(call);
    }

    @Override
    public CompletableFuture<Void> endTransaction(int partition, WritableTxnMarker marker) {
        return service.completeTransaction(
                new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, partition),
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch(),
                marker.transactionResult() ? TransactionResult.COMMIT : TransactionResult.ABORT,
                marker.transactionVersion());
    }

    @Override
    public void close() {
        service.shutdown();
        metrics.close();
        configs.close();
    }

    /// Only share groups ask where partitions end, and they are not served yet.
    private static final class NoPartitionMetadata implements PartitionMetadataClient {
        @Override
        public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(
                Set<TopicPartition> partitions) {
            return Map.of();
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
