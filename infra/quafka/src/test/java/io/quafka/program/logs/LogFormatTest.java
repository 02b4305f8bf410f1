package io.quafka.program.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import io.quafka.program.config.ConfigException;
import io.quafka.program.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogFormatTest {
    @Test
    void textIsOneLineWithItsKeys() {
        assertThat(encoded(LogFormat.TEXT, null))
                .matches("\\S+Z WARN {2}LogFormatTest \\[.*] it \"happened\" node=\"7\"\n");
    }

    @Test
    void jsonIsOneObjectOnALineWithItsKeys() throws Exception {
        String line = encoded(LogFormat.JSON, new IllegalStateException("two\nlines"));

        assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
        Map<String, Object> fields = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
        assertThat(fields)
                .containsEntry("level", "WARN")
                .containsEntry("loggerName", LogFormatTest.class.getName())
                .containsEntry("formattedMessage", "it \"happened\"")
                .containsEntry("kvpList", List.of(Map.of("node", "7")))
                .containsKeys("timestamp", "threadName", "throwable")
                .doesNotContainKeys("context", "mdc", "sequenceNumber");
    }

    @Test
    void otherFormatsAreRefusedAtTheStart() {
        assertThat(LogFormat.of(null, null)).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.of("json", "yaml")).isEqualTo(LogFormat.JSON);
        assertThatThrownBy(() -> LogFormat.of(null, "yaml"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("QUAFKA_LOG_FORMAT: expected text or json, not 'yaml'");
    }

    /// An event as the program's own configuration has it written.
    private static String encoded(LogFormat format, @Nullable Throwable failure) {
        LoggerContext context = new LoggerContext();
        LogConfigurator.configure(context, format);
        var logger = context.getLogger(LogFormatTest.class);
        var event =
                new LoggingEvent(
                        "x", logger, Level.WARN, "it \"happened\"", failure, new Object[0]);
        event.addKeyValuePair(new KeyValuePair("node", 7));
        var appender =
                (OutputStreamAppender<ILoggingEvent>)
                        context.getLogger("ROOT").getAppender("stderr");
        String line = new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
        context.stop();
        return line;
    }
}
