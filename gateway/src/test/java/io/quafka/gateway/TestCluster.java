package io.quafka.gateway;

import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Topic;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;

/// A gateway over storage nodes and a controller in memory. Every request and answer goes through
/// its bytes.
final class TestCluster {
    static final int GATEWAY = 1;

    final MemoryController controller = new MemoryController();
    final Map<Integer, MemoryStorageNode> storage = new HashMap<>();
    final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    final Gateway gateway;
    private final ConnectionInfo connection =
            new ConnectionInfo(1, new InetSocketAddress("127.0.0.1", 0), new InetSocketAddress(0));

    /// One node with all roles and one shard.
    TestCluster() {
        this(1);
    }

    /// @param nodes storage nodes 1 to n, each leading one shard; node 1 is the gateway too
    TestCluster(int nodes) {
        this(nodes, GatewayConfig.DEFAULTS, InstantSource.system());
    }

    TestCluster(int nodes, GatewayConfig config, InstantSource clock) {
        this(nodes, config, clock, _ -> Gateway.Access.OPEN);
    }

    TestCluster(
            int nodes,
            GatewayConfig config,
            InstantSource clock,
            Function<MemoryController, Gateway.Access> access) {
        controller.node(GATEWAY, NodeRole.GATEWAY, NodeRole.STORAGE, NodeRole.CONTROLLER);
        for (int id = 1; id <= nodes; id++) {
            if (id > 1) {
                controller.node(id, NodeRole.STORAGE);
            }
            controller.shard(id, id);
            storage.put(id, new MemoryStorageNode(controller));
        }
        gateway =
                new Gateway(
                        () -> GATEWAY,
                        controller,
                        storage::get,
                        config,
                        null,
                        clock,
                        access.apply(controller));
    }

    MemoryStorageNode storage(int id) {
        return Objects.requireNonNull(storage.get(id));
    }

    Topic topic(String name) {
        return Objects.requireNonNull(controller.image().topic(name));
    }

    Topic createTopic(String name, int partitions) {
        var request = new CreateTopicsRequestData().setTimeoutMs(1_000);
        request.topics()
                .add(
                        new CreatableTopic()
                                .setName(name)
                                .setNumPartitions(partitions)
                                .setReplicationFactor((short) 1));
        call(ApiKeys.CREATE_TOPICS, request);
        return topic(name);
    }

    <T extends ApiMessage> T call(ApiKeys key, ApiMessage body) {
        return call(key, key.latestVersion(false), body);
    }

    /// Sends a request and waits for its answer, which counts as sent then.
    <T extends ApiMessage> T call(ApiKeys key, short version, ApiMessage body) {
        return settle(key, version, send(key, version, body));
    }

    private static <T extends ApiMessage> T settle(
            ApiKeys key, short version, CompletableFuture<KafkaResponse> sent) {
        KafkaResponse response = await(sent);
        T answer = decode(key, version, response);
        response.onSent().run();
        return answer;
    }

    /// Sends the newest version of a request as a client of that `client.id`, and waits.
    <T extends ApiMessage> T callAs(String clientId, ApiKeys key, ApiMessage body) {
        short version = key.latestVersion(false);
        return settle(key, version, send(clientId, key, version, body));
    }

    CompletableFuture<KafkaResponse> send(ApiKeys key, short version, ApiMessage body) {
        return send("test", key, version, body);
    }

    private CompletableFuture<KafkaResponse> send(
            String clientId, ApiKeys key, short version, ApiMessage body) {
        return gateway.handle(request(clientId, key, version, body));
    }

    /// A request as it comes out of its bytes.
    KafkaRequest request(String clientId, ApiKeys key, short version, ApiMessage body) {
        ApiMessage parsed = ApiMessageType.fromApiKey(key.id).newRequest();
        parsed.read(MessageUtil.toByteBufferAccessor(body, version), version);
        return new KafkaRequest(
                new RequestHeader(key, version, clientId, 1),
                parsed,
                100,
                connection,
                System.nanoTime());
    }

    @SuppressWarnings("unchecked")
    static <T extends ApiMessage> T decode(ApiKeys key, short version, KafkaResponse response) {
        ApiMessage answer = ApiMessageType.fromApiKey(key.id).newResponse();
        answer.read(
                MessageUtil.toByteBufferAccessor(Objects.requireNonNull(response.body()), version),
                version);
        return (T) answer;
    }

    static KafkaResponse await(CompletableFuture<KafkaResponse> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    void advance(Duration by) {
        now.updateAndGet(instant -> instant.plus(by));
    }
}
