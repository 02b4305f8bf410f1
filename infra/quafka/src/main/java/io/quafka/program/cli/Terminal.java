package io.quafka.program.cli;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Help.Ansi;

/// Where what is printed is read.
///
/// @param columns that a line may have
/// @param colour whether it may be coloured: not where `NO_COLOR` is set
record Terminal(int columns, boolean colour) {
    /// A file or another program: lines are as long as they are.
    static final Terminal NONE = new Terminal(Integer.MAX_VALUE, false);

    private static final int COLUMNS_UNKNOWN = 80;
    private static final int COLUMNS_MIN = 40;
    private static final int ANSWER_MAX_S = 1;

    /// This process' own, if people read its output.
    static Terminal own() {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return NONE;
        }
        return new Terminal(Math.max(COLUMNS_MIN, columnsNow()), Ansi.AUTO.enabled());
    }

    private static int columnsNow() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!stty.waitFor(ANSWER_MAX_S, TimeUnit.SECONDS)) {
                stty.destroy();
                return COLUMNS_UNKNOWN;
            }
            return columns(
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException _) {
            return COLUMNS_UNKNOWN;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return COLUMNS_UNKNOWN;
        }
    }

    /// What `stty size` says: rows and columns.
    static int columns(String size) {
        String[] parts = size.strip().split(" ");
        try {
            int columns = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
            return columns > 0 ? columns : COLUMNS_UNKNOWN;
        } catch (NumberFormatException _) {
            return COLUMNS_UNKNOWN;
        }
    }
}
