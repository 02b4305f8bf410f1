package io.quafka.program.roles;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.program.config.ConfigException;
import io.quafka.program.config.Configuration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which gateways start without asking strangers who they are.
class OpenPortTest {
    private static void start(boolean authenticates, Map<String, String> settings) {
        OpenPort.refuse(Configuration.load(null, Map.of(), settings), authenticates);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:9092", "localhost:0", "[::1]:9092", "127.1.2.3:9092"})
    void thoseThatOnlyThisMachineReaches(String listen) {
        assertThatCode(() -> start(false, Map.of("gateway.listen", listen)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:9092", "[::]:9092", "*:9092", "192.0.2.7:9092"})
    void othersOnlyWithBothOrWhenTold(String listen) {
        Map<String, String> settings = new HashMap<>(Map.of("gateway.listen", listen));
        assertThatThrownBy(() -> start(false, settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sasl.mechanisms")
                .hasMessageContaining("gateway.tls.certificate.file")
                .hasMessageContaining("gateway.open=true");
        assertThatThrownBy(() -> start(true, settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not encrypted")
                .message()
                .doesNotContain("sasl.mechanisms");
        Map<String, String> encrypted = new HashMap<>(settings);
        encrypted.put("gateway.tls.certificate.file", "server.pem");
        assertThatThrownBy(() -> start(false, encrypted)).isInstanceOf(ConfigException.class);
        assertThatCode(() -> start(true, encrypted)).doesNotThrowAnyException();
        settings.put("gateway.open", "true");
        assertThatCode(() -> start(false, settings)).doesNotThrowAnyException();
    }

    @Test
    void byDefaultAGatewayIsForThisMachine() {
        assertThatCode(() -> start(false, Map.of())).doesNotThrowAnyException();
    }
}
