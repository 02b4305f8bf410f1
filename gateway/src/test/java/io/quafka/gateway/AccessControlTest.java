package io.quafka.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.MetadataRecord.AclsChanged;
import io.quafka.controller.model.SecurityImage;
import io.quafka.controller.model.Topic;
import io.quafka.gateway.access.AccessControl;
import io.quafka.gateway.access.AclConfig;
import io.quafka.gateway.access.Permissions;
import io.quafka.gateway.access.TopicPermissions;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What reaches the gateway of requests, and callers of answers, by what ACLs say.
class AccessControlTest {
    private static final KafkaPrincipal ALICE = new KafkaPrincipal("User", "alice");
    private static final KafkaPrincipal ROOT = new KafkaPrincipal("User", "root");

    private static final Set<Errors> REFUSALS =
            EnumSet.of(
                    Errors.TOPIC_AUTHORIZATION_FAILED,
                    Errors.GROUP_AUTHORIZATION_FAILED,
                    Errors.CLUSTER_AUTHORIZATION_FAILED,
                    Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);

    /// These tell nothing to who may nothing, and so need not refuse.
    private static final Set<ApiKeys> ANSWERED =
            EnumSet.of(
                    ApiKeys.API_VERSIONS,
                    ApiKeys.DESCRIBE_CLUSTER,
                    ApiKeys.LIST_GROUPS,
                    ApiKeys.LIST_TRANSACTIONS);

    private final AtomicReference<SecurityImage> security =
            new AtomicReference<>(SecurityImage.EMPTY);
    private final Permissions permissions =
            new Permissions(security::get, new AclConfig(Set.of(ROOT), false));
    private final TestCluster cluster =
            new TestCluster(
                    1,
                    GatewayConfig.DEFAULTS,
                    InstantSource.system(),
                    controller ->
                            new Gateway.Access(
                                    _ -> true,
                                    Set.of(),
                                    true,
                                    new TopicPermissions(permissions, controller)));
    private final AccessControl control =
            new AccessControl(cluster.gateway, permissions, cluster.controller, true);

    static Stream<Arguments> everyVersion() {
        return EveryVersionTest.everyVersion();
    }

    @ParameterizedTest
    @MethodSource("everyVersion")
    void whoMayNothingIsToldSoAtEveryVersion(ApiKeys key, int version) {
        Topic topic = cluster.createTopic("known", 2);
        int commands = cluster.controller.submitted().size();
        AbstractResponse answer = ask(ALICE, key, (short) version, topic);
        if (ANSWERED.contains(key)) {
            assertThat(answer.errorCounts()).containsOnlyKeys(Errors.NONE);
            assertThat(answer.data().toString()).doesNotContain("'known'");
        } else if (silent(key, version)) {
            assertThat(answer.errorCounts().keySet()).isSubsetOf(Errors.NONE);
            assertThat(answer.data().toString()).doesNotContain("'known'");
        } else if (key == ApiKeys.METADATA && version >= 12) {
            // Asked by its id.
            assertThat(answer.errorCounts()).containsOnlyKeys(Errors.UNKNOWN_TOPIC_ID);
        } else {
            assertThat(answer.errorCounts().keySet())
                    .as(answer.data().toString())
                    .isNotEmpty()
                    .allMatch(error ->
                            REFUSALS.contains(error)
                                    || error == Errors.OPERATION_NOT_ATTEMPTED
                                    // Of the answer as a whole.
                                    || error == Errors.NONE)
                    .anyMatch(REFUSALS::contains);
        }
        assertThat(cluster.controller.submitted()).hasSize(commands);
    }

    /// Versions that have no place for an error where there is nothing else to tell.
    private static boolean silent(ApiKeys key, int version) {
        return (key == ApiKeys.DESCRIBE_LOG_DIRS && version < 3)
                || (key == ApiKeys.OFFSET_FETCH && version < 2);
    }

    @ParameterizedTest
    @MethodSource("everyVersion")
    void whoMayEverythingIsRefusedNothing(ApiKeys key, int version) {
        AbstractResponse answer = ask(ROOT, key, (short) version, cluster.createTopic("known", 2));
        assertThat(answer.errorCounts().keySet()).doesNotContainAnyElementsOf(REFUSALS);
    }

    private AbstractResponse ask(KafkaPrincipal who, ApiKeys key, short version, Topic topic) {
        ApiMessage answer =
                answer(who, key, version, EveryVersionTest.request(key, version, "known", topic));
        return AbstractResponse.parseResponse(
                key, MessageUtil.toByteBufferAccessor(answer, version), version);
    }

    private ApiMessage answer(KafkaPrincipal who, ApiKeys key, short version, ApiMessage body) {
        KafkaRequest request = cluster.request("test", key, version, body).as(who);
        KafkaResponse response = TestCluster.await(control.handle(request));
        ApiMessage answer = TestCluster.decode(key, version, response);
        response.onSent().run();
        return answer;
    }

    private void change(List<AclBinding> added, List<AclBinding> removed) {
        security.updateAndGet(image -> image.with(new AclsChanged(added, removed)));
    }

    private static AclBinding acl(
            AclPermissionType permission, AclOperation operation, PatternType type, String topic) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, type),
                new AccessControlEntry(ALICE.toString(), "*", operation, permission));
    }

    private static AclBinding allow(AclOperation operation, String topic) {
        return acl(AclPermissionType.ALLOW, operation, PatternType.LITERAL, topic);
    }

    @Test
    void ofOneRequestWhatIsAllowedIsDoneAndTheRestRefused() {
        Topic open = cluster.createTopic("open", 1);
        Topic closed = cluster.createTopic("closed", 1);
        change(List.of(allow(AclOperation.WRITE, "open")), List.of());
        short version = ApiKeys.PRODUCE.latestVersion();
        ProduceRequestData both = Requests.produce(version, open, "open", 0, "value");
        Requests.produce(version, closed, "closed", 0, "value")
                .topicData()
                .forEach(topic -> both.topicData().add(topic.duplicate()));
        var answer = (ProduceResponseData) answer(ALICE, ApiKeys.PRODUCE, version, both);
        assertThat(answer.responses())
                .hasSize(2)
                .allSatisfy(topic ->
                        assertThat(topic.partitionResponses().getFirst().errorCode())
                                .isEqualTo(
                                        topic.topicId().equals(open.id())
                                                ? Errors.NONE.code()
                                                : Errors.TOPIC_AUTHORIZATION_FAILED.code()));

        var offsets = new ListOffsetsRequestData().setReplicaId(-1);
        for (String name : List.of("closed", "open")) {
            offsets.topics()
                    .add(
                            new ListOffsetsTopic()
                                    .setName(name)
                                    .setPartitions(
                                            List.of(new ListOffsetsPartition().setTimestamp(-1))));
        }
        var listed =
                (ListOffsetsResponseData)
                        answer(
                                ALICE,
                                ApiKeys.LIST_OFFSETS,
                                ApiKeys.LIST_OFFSETS.latestVersion(),
                                offsets);
        assertThat(listed.topics())
                .hasSize(2)
                .allSatisfy(topic ->
                        assertThat(topic.partitions().getFirst().errorCode())
                                .isEqualTo(
                                        topic.name().equals("open")
                                                ? Errors.NONE.code()
                                                : Errors.TOPIC_AUTHORIZATION_FAILED.code()));
    }

    @Test
    void producersWithoutAcknowledgementsAreClosed() {
        Topic closed = cluster.createTopic("closed", 1);
        short version = ApiKeys.PRODUCE.latestVersion();
        ProduceRequestData data =
                Requests.produce(version, closed, "closed", 0, "value").setAcks((short) 0);
        KafkaRequest request = cluster.request("test", ApiKeys.PRODUCE, version, data).as(ALICE);
        assertThat(TestCluster.await(control.handle(request)).closeAfter()).isTrue();
    }

    @Test
    void metadataHidesTopicsAndMakesNoneWithoutCreate() {
        cluster.createTopic("seen", 1);
        cluster.createTopic("hidden", 1);
        change(List.of(allow(AclOperation.DESCRIBE, "seen")), List.of());
        change(List.of(allow(AclOperation.DESCRIBE, "new")), List.of());
        assertThat(metadata(null).topics())
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.name()).isEqualTo("seen");
                    assertThat(topic.topicAuthorizedOperations())
                            .isEqualTo(1 << AclOperation.DESCRIBE.code());
                });
        MetadataResponseData named =
                metadata(
                        List.of(
                                new MetadataRequestTopic().setName("hidden"),
                                new MetadataRequestTopic().setName("new"),
                                new MetadataRequestTopic().setName("seen")));
        assertThat(Errors.forCode(named.topics().find("hidden").errorCode()))
                .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
        assertThat(Errors.forCode(named.topics().find("new").errorCode()))
                .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
        assertThat(Errors.forCode(named.topics().find("seen").errorCode())).isEqualTo(Errors.NONE);
        assertThat(cluster.controller.image().topic("new")).isNull();
        change(List.of(allow(AclOperation.CREATE, "new")), List.of());
        metadata(List.of(new MetadataRequestTopic().setName("new")));
        assertThat(cluster.controller.image().topic("new")).isNotNull();
    }

    private MetadataResponseData metadata(@Nullable List<MetadataRequestTopic> topics) {
        var data =
                new MetadataRequestData()
                        .setTopics(topics)
                        .setAllowAutoTopicCreation(true)
                        .setIncludeTopicAuthorizedOperations(true);
        short version = ApiKeys.METADATA.latestVersion();
        return (MetadataResponseData) answer(ALICE, ApiKeys.METADATA, version, data);
    }

    /// Denials, prefixes and what changes while a session goes on.
    @Test
    void aFetchSessionIsAskedAgainEachTime() {
        Topic topic = cluster.createTopic("logs-1", 1);
        AclBinding allowed =
                acl(AclPermissionType.ALLOW, AclOperation.READ, PatternType.PREFIXED, "logs-");
        change(List.of(allowed), List.of());
        var open =
                new FetchRequestData()
                        .setSessionEpoch(0)
                        .setMaxWaitMs(5)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopicId(topic.id())
                                                .setPartitions(
                                                        List.of(
                                                                new FetchPartition()
                                                                        .setPartitionMaxBytes(
                                                                                1 << 20)))));
        FetchResponseData first = fetch(open);
        assertThat(Errors.forCode(first.responses().getFirst().partitions().getFirst().errorCode()))
                .isEqualTo(Errors.NONE);
        var again =
                new FetchRequestData()
                        .setSessionId(first.sessionId())
                        .setSessionEpoch(1)
                        .setMaxWaitMs(5);
        assertThat(fetch(again.duplicate()).responses()).isEmpty();
        change(
                List.of(
                        acl(
                                AclPermissionType.DENY,
                                AclOperation.READ,
                                PatternType.LITERAL,
                                "logs-1")),
                List.of());
        FetchResponseData denied = fetch(again.duplicate().setSessionEpoch(2));
        assertThat(
                        Errors.forCode(
                                Objects.requireNonNull(denied.responses().getFirst())
                                        .partitions()
                                        .getFirst()
                                        .errorCode()))
                .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
        change(
                List.of(),
                List.of(
                        acl(
                                AclPermissionType.DENY,
                                AclOperation.READ,
                                PatternType.LITERAL,
                                "logs-1")));
        assertThat(fetch(again.duplicate().setSessionEpoch(3)).responses())
                .allSatisfy(told ->
                        assertThat(told.partitions().getFirst().errorCode())
                                .isEqualTo(Errors.NONE.code()));
    }

    private FetchResponseData fetch(FetchRequestData data) {
        short version = ApiKeys.FETCH.latestVersion();
        return (FetchResponseData) answer(ALICE, ApiKeys.FETCH, version, data);
    }
}
