package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ApiVersions tells the truth: whatever it lists is answered, at every version it lists.
@Tag("broker")
class ApiVersionsTest {
    private static final int REQUESTS_EACH = 5;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final String TOPIC = "known";

    @TempDir private static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(BrokerOptions.in(directory));
        Clients.createTopic(broker.bootstrap(), TOPIC, 2, Map.of());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        broker.requireNoAlarms();
        broker.terminate();
    }

    private static List<ApiVersion> listed() throws IOException {
        return ListedApis.of(broker);
    }

    /// The page may lack what came since; what it has must be so.
    @Test
    void thePageOfCompatibilityTellsTheTruth() throws IOException {
        Pattern row = Pattern.compile("\\| (\\w+) \\| (\\d+)–(\\d+) \\|");
        Path page =
                Path.of(System.getProperty("basedir", ".")).resolve("../../docs/COMPATIBILITY.md");
        List<String> told =
                row.matcher(Files.readString(page)).results().map(MatchResult::group).toList();
        List<String> rows =
                listed().stream()
                        .map(api ->
                                "| %s | %d–%d |"
                                        .formatted(
                                                ApiKeys.forId(api.apiKey()).name,
                                                api.minVersion(),
                                                api.maxVersion()))
                        .sorted()
                        .toList();
        assertThat(told).as("what the broker lists:\n%s", String.join("\n", rows)).isEqualTo(rows);
    }

    @Test
    void listsWhatTheFirstReleaseHas() throws IOException {
        Set<ApiKeys> apis = EnumSet.noneOf(ApiKeys.class);
        listed().forEach(api -> apis.add(ApiKeys.forId(api.apiKey())));
        assertThat(apis)
                .contains(
                        ApiKeys.API_VERSIONS,
                        ApiKeys.METADATA,
                        ApiKeys.PRODUCE,
                        ApiKeys.FETCH,
                        ApiKeys.LIST_OFFSETS,
                        ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                        ApiKeys.CREATE_TOPICS,
                        ApiKeys.DELETE_TOPICS,
                        ApiKeys.CREATE_PARTITIONS,
                        ApiKeys.DELETE_RECORDS,
                        ApiKeys.DESCRIBE_CONFIGS,
                        ApiKeys.LIST_CONFIG_RESOURCES,
                        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                        ApiKeys.ALTER_CONFIGS,
                        ApiKeys.DESCRIBE_CLUSTER,
                        ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                        ApiKeys.DESCRIBE_LOG_DIRS,
                        ApiKeys.DESCRIBE_PRODUCERS,
                        ApiKeys.INIT_PRODUCER_ID,
                        ApiKeys.FIND_COORDINATOR,
                        ApiKeys.JOIN_GROUP,
                        ApiKeys.SYNC_GROUP,
                        ApiKeys.HEARTBEAT,
                        ApiKeys.LEAVE_GROUP,
                        ApiKeys.OFFSET_COMMIT,
                        ApiKeys.OFFSET_FETCH,
                        ApiKeys.OFFSET_DELETE,
                        ApiKeys.DESCRIBE_GROUPS,
                        ApiKeys.LIST_GROUPS,
                        ApiKeys.DELETE_GROUPS,
                        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                        ApiKeys.CONSUMER_GROUP_DESCRIBE,
                        ApiKeys.STREAMS_GROUP_HEARTBEAT,
                        ApiKeys.STREAMS_GROUP_DESCRIBE);
    }

    @Test
    void answersAMinimalRequestOfEveryVersionItLists() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (ApiVersion listed : listed()) {
            ApiKeys api = ApiKeys.forId(listed.apiKey());
            for (short version = first(listed); version <= listed.maxVersion(); version++) {
                byte[] frame = FrameClient.frame(api, version, version, minimal(api));
                ApiMessage answer = ask(api, version, frame, wrong);
                if (answer != null && isUnsupported(answer, version)) {
                    wrong.add(api + " v" + version + ": unsupported version");
                }
            }
        }
        assertThat(wrong).as(broker.lastErrors()).isEmpty();
    }

    @Test
    void answersManyRequestsOfEveryVersionItLists() throws IOException {
        RequestGenerator requests =
                new RequestGenerator(new Random(11), List.of(TOPIC, "unknown"), List.of());
        List<String> wrong = new ArrayList<>();
        for (ApiVersion listed : listed()) {
            ApiKeys api = ApiKeys.forId(listed.apiKey());
            for (short version = first(listed); version <= listed.maxVersion(); version++) {
                for (int i = 0; i < REQUESTS_EACH; i++) {
                    byte[] frame = requests.frame(api, version, version);
                    if (api != ApiKeys.PRODUCE) {
                        ask(api, version, frame, wrong);
                    }
                }
            }
        }
        assertThat(wrong).as(broker.lastErrors()).isEmpty();
    }

    /// Produce is listed from version 0 on, as Kafka's brokers do (KAFKA-18659), for librdkafka
    /// takes the range for the compression types; clients that would use such a version are gone.
    private static short first(ApiVersion listed) {
        ApiKeys api = ApiKeys.forId(listed.apiKey());
        return api == ApiKeys.PRODUCE ? api.oldestVersion() : listed.minVersion();
    }

    /// Asks for nothing, but wants an answer.
    private static ApiMessage minimal(ApiKeys api) {
        return switch (api) {
            case API_VERSIONS -> ListedApis.hello();
            case PRODUCE -> new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1_000);
            default -> ApiMessageType.fromApiKey(api.id).newRequest();
        };
    }

    /// @return null if there was no well-formed answer
    private static @Nullable ApiMessage ask(
            ApiKeys api, short version, byte[] frame, List<String> wrong) {
        try (FrameClient client = new FrameClient(broker.port(), ANSWER_MAX)) {
            client.send(frame);
            ApiMessage answer = ApiMessageType.fromApiKey(api.id).newResponse();
            return client.read(api, version, version, answer);
        } catch (IOException | RuntimeException | AssertionError e) {
            wrong.add(api + " v" + version + ": " + e);
            return null;
        }
    }

    private static boolean isUnsupported(ApiMessage answer, short version) {
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(answer, version);
        return AbstractResponse.parseResponse(ApiKeys.forId(answer.apiKey()), bytes, version)
                .errorCounts()
                .containsKey(Errors.UNSUPPORTED_VERSION);
    }
}
