package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordFormatTest {
    private static final byte[] NOT_UTF8 = {(byte) 0xff, 0};

    @Test
    void aTemplateNamesEveryPart() throws IOException {
        assertThat(
                        written(
                                RecordFormat.template(
                                        "%t/%p@%o %T %D %k=%v (%s) %h 100%%\\t\\\\\\n"),
                                record("k", "v".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("t/3@7 1000 1970-01-01T00:00:01Z k=v (1) h=1 100%\t\\\n");
    }

    @Test
    void absentKeysAndValuesAreEmpty() throws IOException {
        assertThat(written(RecordFormat.template("[%k][%v][%s]"), record(null, null)))
                .isEqualTo("[][][0]");
        assertThat(written(RecordFormat.raw(), record(null, null))).isEmpty();
    }

    @Test
    void jsonKeepsBytesThatAreNotText() throws IOException {
        assertThat(written(RecordFormat.json(), record(null, NOT_UTF8)))
                .isEqualTo(
                        "{\"topic\":\"t\",\"partition\":3,\"offset\":7,\"timestamp\":1000,\"key\":null,"
                                + "\"value64\":\"/wA=\",\"headers\":[{\"name\":\"h\",\"value\":\"1\"}]}\n");
    }

    @Test
    void aLetterThatMeansNothingIsRefused() {
        assertThatThrownBy(() -> RecordFormat.template("%x")).hasMessageContaining("%x");
        assertThatThrownBy(() -> RecordFormat.template("50%")).hasMessageContaining("bare %");
        assertThatThrownBy(() -> RecordFormat.template("\\q")).hasMessageContaining("\\q");
    }

    private static ConsumerRecord<byte[], byte[]> record(
            @Nullable String key, byte @Nullable [] value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("h", new byte[] {'1'});
        return new ConsumerRecord<>(
                "t",
                3,
                7,
                1000,
                TimestampType.CREATE_TIME,
                -1,
                value == null ? -1 : value.length,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                value,
                headers,
                Optional.empty());
    }

    private static String written(RecordFormat format, ConsumerRecord<byte[], byte[]> record)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        format.write(record, out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
