package io.quafka.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;

/// What a broker says that it serves.
final class ListedApis {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final short VERSION = 3;

    private ListedApis() {}

    static List<ApiVersion> of(BrokerProcess broker) throws IOException {
        try (FrameClient client = new FrameClient(broker.port(), ANSWER_MAX)) {
            client.send(ApiKeys.API_VERSIONS, VERSION, 1, hello());
            return List.copyOf(
                    client.read(ApiKeys.API_VERSIONS, VERSION, 1, new ApiVersionsResponseData())
                            .apiKeys());
        }
    }

    static ApiVersionsRequestData hello() {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("testkit")
                .setClientSoftwareVersion("1");
    }

    /// Skips the test where the broker does not serve transactions.
    static void assumeTransactions(BrokerProcess broker) throws IOException {
        assumeTrue(
                of(broker).stream().anyMatch(api -> api.apiKey() == ApiKeys.END_TXN.id),
                "the broker does not list EndTxn: no transactions yet");
    }
}
