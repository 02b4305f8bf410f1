package io.quafka.program.cli;

/// How far something with a known number of steps is: a bar that is redrawn on standard error,
/// where that is a terminal; nothing elsewhere.
final class StepBar {
    private static final int WIDTH = 24;

    private StepBar() {}

    static void draw(String what, int done, int of) {
        if (Progress.onTerminal()) {
            System.err.print("\r" + text(what, done, of) + "\u001b[K");
            System.err.flush();
        }
    }

    static String text(String what, int done, int of) {
        int filled = WIDTH * done / Math.max(1, of);
        return "[%s%s] %s, %d of %d"
                .formatted("#".repeat(filled), ".".repeat(WIDTH - filled), what, done, of);
    }

    static void clear() {
        if (Progress.onTerminal()) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
    }
}
