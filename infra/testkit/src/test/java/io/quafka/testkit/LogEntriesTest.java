package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogEntriesTest {
    private static final String INFO = "2026-11-28T03:00:00.000Z INFO  Part [main] all is well";
    private static final String WARN = "2026-11-28T03:00:01.000Z WARN  Part [main] tried again";
    private static final String ERROR = "2026-11-28T03:00:02.000Z ERROR Part [main] not well";

    @Test
    void anEntryIsALineWithATimeAndWhatFollowsIt() {
        List<String> entries =
                LogEntries.of(
                        List.of(
                                "from elsewhere",
                                INFO,
                                WARN,
                                "some.Exception: x",
                                "\tat a.B",
                                ERROR));
        assertThat(entries)
                .containsExactly(
                        "from elsewhere", INFO, WARN + "\nsome.Exception: x\n\tat a.B", ERROR);
        assertThat(entries.stream().filter(LogEntries::alarms))
                .containsExactly(entries.get(2), ERROR);
    }

    @Test
    void nothingIsNoEntry() {
        assertThat(LogEntries.of(List.of())).isEmpty();
    }
}
