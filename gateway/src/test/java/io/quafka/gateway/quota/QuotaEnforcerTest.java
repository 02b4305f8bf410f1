package io.quafka.gateway.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.MetadataRecord.QuotasChanged;
import io.quafka.controller.model.SecurityImage;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.Test;

/// What clients above their quotas are told, and how long their connections rest.
class QuotaEnforcerTest {
    private static final ConnectionInfo CONNECTION =
            new ConnectionInfo(1, new InetSocketAddress("127.0.0.1", 1), new InetSocketAddress(2));
    private static final ClientQuotaEntity ALICE =
            new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice"));

    private final AtomicReference<SecurityImage> image = new AtomicReference<>(SecurityImage.EMPTY);
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final ClientQuotas quotas = new ClientQuotas(image::get, now::get);
    private Supplier<KafkaResponse> answer = KafkaResponse::none;
    private final QuotaEnforcer enforcer =
            new QuotaEnforcer(
                    new RequestHandler() {
                        @Override
                        public Set<ApiKeys> apis() {
                            return EnumSet.allOf(ApiKeys.class);
                        }

                        @Override
                        public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
                            return CompletableFuture.completedFuture(answer.get());
                        }
                    },
                    quotas);

    private void set(Map<String, Double> own) {
        image.updateAndGet(before -> before.with(new QuotasChanged(ALICE, own)));
    }

    private KafkaResponse ask(String user, ApiKeys api, int size, ApiMessage body) {
        var header = new RequestHeader(api, api.latestVersion(), "app", 1);
        return enforcer.handle(
                        new KafkaRequest(header, body, size, CONNECTION, 0)
                                .as(new KafkaPrincipal("User", user)))
                .join();
    }

    private KafkaResponse produce(String user, int size) {
        return ask(user, ApiKeys.PRODUCE, size, new ProduceRequestData());
    }

    @Test
    void whoProducesTooMuchIsToldToWaitAndRestsAsLong() {
        answer = () -> KafkaResponse.of(new ProduceResponseData());
        assertThat(produce("alice", 1 << 30).muteMillis()).isZero();
        set(Map.of("producer_byte_rate", 1_000.0));
        assertThat(produce("alice", 9_000).muteMillis()).isZero();
        KafkaResponse above = produce("alice", 6_000);
        assertThat(above.muteMillis()).isBetween(4_000, 6_000);
        assertThat(above.body())
                .isEqualTo(new ProduceResponseData().setThrottleTimeMs(above.muteMillis()));
        assertThat(produce("bob", 1 << 30).muteMillis()).isZero();
        set(Map.of());
        assertThat(produce("alice", 1 << 30).muteMillis()).isZero();
    }

    @Test
    void whoWantsNoAnswerRestsAllTheSame() {
        set(Map.of("producer_byte_rate", 1_000.0));
        KafkaResponse above = produce("alice", 30_000);
        assertThat(above.body()).isNull();
        assertThat(above.muteMillis()).isPositive();
    }

    /// A storage node has producers wait whose topic is at its budget.
    @Test
    void ofTwoReasonsToWaitTheLongerCounts() {
        set(Map.of("producer_byte_rate", 1_000.0));
        answer = () -> KafkaResponse.of(new ProduceResponseData().setThrottleTimeMs(100_000));
        KafkaResponse above = produce("alice", 15_000);
        assertThat(above.muteMillis()).isBetween(1, 99_999);
        assertThat(above.body()).isEqualTo(new ProduceResponseData().setThrottleTimeMs(100_000));
    }

    @Test
    void whoFetchesTooMuchWaitsAndGetsNoMoreThanABurst() {
        set(Map.of("consumer_byte_rate", 1_000.0));
        answer = () -> KafkaResponse.of(new FetchResponseData());
        var fetch = new FetchRequestData().setMaxBytes(1 << 20).setMinBytes(50_000);
        assertThat(ask("alice", ApiKeys.FETCH, 100, fetch).muteMillis()).isZero();
        assertThat(fetch.maxBytes()).isEqualTo(10_000);
        assertThat(fetch.minBytes()).isEqualTo(10_000);
        answer =
                () ->
                        KafkaResponse.of(
                                new FetchResponseData()
                                        .setResponses(
                                                java.util.Collections.nCopies(
                                                        1_000,
                                                        new FetchResponseData
                                                                .FetchableTopicResponse())));
        assertThat(ask("alice", ApiKeys.FETCH, 100, fetch).muteMillis()).isPositive();
        assertThat(produce("alice", 1 << 30).muteMillis()).isZero();
    }

    @Test
    void timeOfThreadsIsBoundButNotBeforeItIsKnownWhoAsks() {
        set(Map.of("request_percentage", 0.01));
        answer =
                () -> {
                    // The time of the thread is what counts.
                    long end = System.nanoTime() + Duration.ofMillis(50).toNanos();
                    while (System.nanoTime() < end) {
                        LockSupport.parkNanos(1);
                    }
                    return KafkaResponse.of(new HeartbeatResponseData());
                };
        KafkaResponse slow = ask("alice", ApiKeys.HEARTBEAT, 10, new HeartbeatRequestData());
        assertThat(slow.muteMillis()).isBetween(1, 1_000);
        assertThat(slow.body())
                .isEqualTo(new HeartbeatResponseData().setThrottleTimeMs(slow.muteMillis()));
        answer = () -> KafkaResponse.of(new ApiVersionsResponseData());
        assertThat(
                        ask("alice", ApiKeys.API_VERSIONS, 10, new ApiVersionsRequestData())
                                .muteMillis())
                .isZero();
    }

    @Test
    void anAddressOpensSoManyConnections() throws Exception {
        InetAddress address = InetAddress.ofLiteral("10.0.0.1");
        assertThat(quotas.mayConnect(address)).isTrue();
        image.updateAndGet(before ->
                before.with(
                        new QuotasChanged(
                                new ClientQuotaEntity(Map.of(ClientQuotaEntity.IP, "10.0.0.1")),
                                Map.of("connection_creation_rate", 1.0))));
        for (int i = 0; i < Use.WINDOW_SECONDS; i++) {
            assertThat(quotas.mayConnect(address)).isTrue();
        }
        assertThat(quotas.mayConnect(address)).isFalse();
        assertThat(quotas.mayConnect(InetAddress.ofLiteral("10.0.0.2"))).isTrue();
        now.updateAndGet(before -> before.plusSeconds(Use.FORGOTTEN_SECONDS));
        assertThat(quotas.mayConnect(address)).isTrue();
    }

    /// Also at versions that have no place for it.
    @Test
    void everyAnswerCanStillBeWritten() {
        int told = 0;
        for (ApiKeys api : ApiKeys.clientApis()) {
            for (short version = api.oldestVersion();
                    version <= api.latestVersion(false);
                    version++) {
                ApiMessage message = api.messageType.newResponse();
                ThrottleTimes.raise(message, 7);
                told += message.toString().contains("throttleTimeMs=7") ? 1 : 0;
                assertThat(MessageUtil.toByteBufferAccessor(message, version).buffer().remaining())
                        .isNotNegative();
            }
        }
        assertThat(told).isGreaterThan(200);
    }
}
