package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How shares of the disks are drawn for people.
class RetentionTablesTest {
    private static final Map<String, Object> STATUS =
            Map.of(
                    "topics",
                    List.of(
                            topic("payments-by-country", 12.3456, 900L << 20, 1L << 30, 1L << 30),
                            topic("clicks", 40, 5L << 30, 4L << 30, 3L << 30),
                            topic("plain", 0, 1000, 2L << 30, 0)),
                    "nodes",
                    List.of(
                            Map.of(
                                    "node", 1,
                                    "usedBytes", 6L << 30,
                                    "capacityBytes", 8L << 30,
                                    "volumeBytes", 10L << 30,
                                    "freeBytes", 1023L << 20)));

    private static Map<String, Object> topic(
            String name, double percent, long used, long limit, long own) {
        return Map.of(
                "topic", name,
                "percent", percent,
                "usedBytes", used,
                "limitBytes", limit,
                "shareBytes", own,
                "bytesPerSecond", 1_234_567,
                "seconds", 5_000,
                "binds", "local.retention.percent");
    }

    @ParameterizedTest
    @CsvSource({"60", "80", "120", "200"})
    void linesFitTheTerminalAndTellTheMost(int columns) {
        List<Map<String, Object>> topics = RetentionStatusCommand.topics(STATUS, columns);
        for (String line : printed(topics, false).split("\n")) {
            assertThat(line.length()).isLessThanOrEqualTo(Math.max(columns, 66));
        }
        assertThat(topics.getFirst().keySet()).contains("topic", "percent", "use", "used", "lasts");
        for (String line :
                printed(RetentionStatusCommand.nodes(STATUS, columns), false).split("\n")) {
            assertThat(line.length()).isLessThanOrEqualTo(Math.max(columns, 66));
        }
    }

    @ParameterizedTest
    @CsvSource({"80", "120"})
    void nodesFitTheTerminalToo(int columns) {
        List<Map<String, Object>> nodes =
                List.of(
                        Map.of(
                                "node",
                                1,
                                "roles",
                                List.of("gateway", "storage"),
                                "fenced",
                                false,
                                "kafka",
                                "broker-1.quafka.internal:9092",
                                "rack",
                                "eu-central-1a",
                                "shardsLed",
                                4,
                                "disk",
                                Map.of("usedBytes", 10, "capacityBytes", 20)),
                        Map.of("node", 2, "roles", List.of("gateway"), "fenced", true));
        String text = printed(NodeListCommand.rows(nodes, columns), false);
        assertThat(text.lines()).allMatch(line -> line.length() <= columns).hasSize(3);
        assertThat(text).contains("gateway, storage", "broker-1.quafka.internal:9092", "fenced");
    }

    @Test
    void whereThereIsRoomAllIsTold() {
        assertThat(RetentionStatusCommand.topics(STATUS, Integer.MAX_VALUE).getFirst())
                .containsKeys("share", "lent", "rate", "binds");
    }

    @Test
    void coloursChangeNeitherTextNorWidth() {
        List<Map<String, Object>> topics = RetentionStatusCommand.topics(STATUS, 80);
        String plain = printed(topics, false);
        String painted = printed(topics, true);
        assertThat(plain).doesNotContain("\033");
        assertThat(painted).contains("\033[31m").contains("\033[32m");
        assertThat(painted.replaceAll("\033\\[[0-9]*m", "")).isEqualTo(plain);
    }

    @Test
    void aBarIsFullAtTheLimitAndTellsHowFarBeyond() {
        assertThat(new Bar(1, 2, 4)).hasToString("██  ▏  50 %");
        assertThat(new Bar(3, 2, 4)).hasToString("████▏ 150 %");
        assertThat(new Bar(1, 0, 4)).hasToString("    ▏   0 %");
    }

    @ParameterizedTest
    @CsvSource({"24 132,132", "'',80", "0 0,80", "a b,80"})
    void columnsAreWhatTheTerminalSays(String size, int columns) {
        assertThat(Terminal.columns(size)).isEqualTo(columns);
    }

    private static String printed(List<Map<String, Object>> rows, boolean colour) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        Output.table(out, rows, colour);
        out.flush();
        return text.toString();
    }
}
