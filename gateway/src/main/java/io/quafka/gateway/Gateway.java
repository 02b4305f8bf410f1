package io.quafka.gateway;

import io.quafka.controller.Controller;
import io.quafka.controller.ProducerIds;
import io.quafka.tiering.read.HistoryReader;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

/// The gateway role: answers Kafka's clients from the metadata image, the controller and the
/// storage nodes.
///
/// It keeps nothing that a client would miss: fetch sessions, producer id blocks and derived views
/// are all made anew elsewhere. Thread-safe; no call blocks.
public final class Gateway implements RequestHandler {
    /// What is decided about clients before they come to a gateway.
    ///
    /// @param administrators who may change passwords
    /// @param inFront APIs that somebody in front of the gateway answers, so that it tells of them
    /// @param acls whether ACLs count, which somebody in front of the gateway sees to
    /// @param topics what is left for the gateway to ask
    public record Access(
            Predicate<KafkaPrincipal> administrators,
            Set<ApiKeys> inFront,
            boolean acls,
            TopicAccess topics) {
        /// Everybody may do everything.
        public static final Access OPEN = new Access(_ -> true, Set.of(), false, TopicAccess.OPEN);
    }

    private final Map<ApiKeys, Api> apis = new EnumMap<>(ApiKeys.class);
    private final Set<ApiKeys> keys = Collections.unmodifiableSet(apis.keySet());

    /// A gateway that everybody may use.
    public Gateway(
            IntSupplier nodeId,
            Controller controller,
            StorageNodes storageNodes,
            GatewayConfig config,
            @Nullable HistoryReader history,
            InstantSource clock) {
        this(nodeId, controller, storageNodes, config, history, clock, Access.OPEN);
    }

    /// @param nodeId this node's own id; asked per request, as it is known only once the node has
    ///   registered
    /// @param access who may administer, and what is answered in front of this gateway
    /// @param history where what is not on the storage nodes' disks is read; null where there is no
    ///   object store; closed by whoever opened it
    public Gateway(
            IntSupplier nodeId,
            Controller controller,
            StorageNodes storageNodes,
            GatewayConfig config,
            @Nullable HistoryReader history,
            InstantSource clock,
            Access access) {
        var histories = new HistoryReads(history);
        var commands = new Commands(controller, config.adminWait());
        var metadata = controller.metadata();
        var gateways = new GatewayDirectory(nodeId, config.oneAddress());
        var leaders = new LeaderCalls(metadata, storageNodes);
        var topics = new TopicCreator(metadata, commands, config);
        var sessions =
                new FetchSessions(
                        config.fetchSessionPartitionsMax(), config.fetchSessionIdle(), clock);
        apis.put(ApiKeys.PRODUCE, new ProduceApi(metadata, storageNodes));
        apis.put(
                ApiKeys.FETCH,
                new FetchApi(
                        metadata,
                        storageNodes,
                        gateways,
                        sessions,
                        histories,
                        access.topics(),
                        clock));
        apis.put(ApiKeys.LIST_OFFSETS, new ListOffsetsApi(leaders, histories));
        apis.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochApi(leaders));
        apis.put(ApiKeys.DELETE_RECORDS, new DeleteRecordsApi(leaders));
        apis.put(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducersApi(leaders));
        apis.put(
                ApiKeys.DESCRIBE_LOG_DIRS,
                new DescribeLogDirsApi(metadata, storageNodes, gateways));
        apis.put(ApiKeys.METADATA, new MetadataApi(metadata, gateways, topics, config));
        apis.put(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                new DescribeTopicPartitionsApi(metadata, gateways));
        apis.put(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterApi(metadata, gateways));
        apis.put(ApiKeys.CREATE_TOPICS, new CreateTopicsApi(commands));
        apis.put(ApiKeys.DELETE_TOPICS, new DeleteTopicsApi(commands, metadata));
        apis.put(ApiKeys.CREATE_PARTITIONS, new CreatePartitionsApi(commands));
        apis.put(ApiKeys.DESCRIBE_CONFIGS, new DescribeConfigsApi(metadata, gateways, config));
        apis.put(ApiKeys.LIST_CONFIG_RESOURCES, new ListConfigResourcesApi(metadata, gateways));
        var alterConfigs = new ConfigAlterations(commands, new DrainingNodes(metadata, commands));
        apis.put(ApiKeys.ALTER_CONFIGS, new AlterConfigsApi(alterConfigs));
        apis.put(ApiKeys.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsApi(alterConfigs));
        apis.put(
                ApiKeys.INIT_PRODUCER_ID,
                new InitProducerIdApi(
                        new ProducerIds(controller, config.producerIdBlock()),
                        new CoordinatorRoute(
                                metadata, storageNodes, Topic.TRANSACTION_STATE_TOPIC_NAME)));
        apis.put(
                ApiKeys.FIND_COORDINATOR,
                new FindCoordinatorApi(metadata, gateways, topics, apis::containsKey));
        TransactionApis.register(apis, metadata, storageNodes, leaders, topics);
        apis.put(
                ApiKeys.LIST_TRANSACTIONS,
                new CoordinatedListing<>(
                        metadata,
                        gateways,
                        new CoordinatorRoute(
                                metadata, storageNodes, Topic.TRANSACTION_STATE_TOPIC_NAME),
                        ListTransactionsResponseData.class,
                        Listings.Transactions.INSTANCE));
        GroupApis.register(apis, metadata, storageNodes, gateways, topics, access.topics());
        AclApis.register(apis, metadata, commands, access.acls());
        QuotaApis.register(apis, metadata, commands);
        ReassignmentApis.register(apis, metadata, commands);
        apis.put(
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                new DescribeScramApi(metadata, access.administrators()));
        apis.put(
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                new AlterScramApi(commands, access.administrators()));
        Set<ApiKeys> told = EnumSet.copyOf(apis.keySet());
        told.addAll(access.inFront());
        apis.put(ApiKeys.API_VERSIONS, new ApiVersionsApi(told));
    }

    @Override
    public Set<ApiKeys> apis() {
        return keys;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        Api api = apis.get(request.apiKey());
        if (api == null) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(request.apiKey() + " is not served"));
        }
        return api.handle(request);
    }
}
