package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.program.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutputTest {
    @Test
    void columnsAreAlignedAndNumbersStandToTheRight() {
        StringWriter text = new StringWriter();
        Output.print(new PrintWriter(text), List.of(row("a", 1), row("longer", 100)), false);
        assertThat(text.toString().lines())
                .containsExactly("NAME    COUNT", "a           1", "longer    100");
    }

    @Test
    void jsonEscapesWhatItMust() {
        assertThat(Json.write(row("\"\\\n\u0001é\ud83d\ude00\ud800", 1)))
                .isEqualTo("{\"name\":\"\\\"\\\\\\n\\u0001é\ud83d\ude00\\ud800\",\"count\":1}");
        assertThat(Json.write(List.of())).isEqualTo("[]");
        assertThat(Json.write(Map.of())).isEqualTo("{}");
    }

    @Test
    void progressShowsShareRateAndTimeLeft() {
        AtomicLong nanos = new AtomicLong();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Progress progress =
                new Progress(
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        true,
                        4_000_000,
                        nanos::get);
        nanos.set(1_000_000_000);
        progress.add(10, 1_000_000);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("######......")
                .contains(" 25 %  1,000,000 bytes, 10 records, 1.0 MB/s, 0:03 left");
        progress.finish("sent", "to t");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .endsWith("sent 10 records, 1,000,000 bytes to t in 1.00 s (1.0 MB/s)\n");
    }

    private static Map<String, Object> row(String name, int count) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        row.put("count", count);
        return row;
    }
}
