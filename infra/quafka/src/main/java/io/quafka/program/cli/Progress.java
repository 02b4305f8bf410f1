package io.quafka.program.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/// Tells on standard error how far a transfer is: a bar that is redrawn on a terminal, one line at
/// the end everywhere. Used by one thread.
final class Progress {
    private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
    private static final int BAR_WIDTH = 24;
    private static final double MEGA = 1e6;

    /// A size that nobody knows beforehand: standard input, a topic that grows.
    static final long UNKNOWN = -1;

    private final PrintStream err;
    private final boolean terminal;
    private final long totalBytes;
    private final LongSupplier nanos;
    private final long startNanos;
    private long drawnNanos;
    private long bytes;
    private long records;

    /// @param terminal whether `err` is one
    /// @param totalBytes what there will be, or [#UNKNOWN]
    /// @param nanos a clock like [System#nanoTime]
    Progress(PrintStream err, boolean terminal, long totalBytes, LongSupplier nanos) {
        this.err = err;
        this.terminal = terminal;
        this.totalBytes = totalBytes;
        this.nanos = nanos;
        this.startNanos = nanos.getAsLong();
        this.drawnNanos = startNanos;
    }

    /// Whether standard error is a terminal: the launcher, which can ask, says so.
    static boolean onTerminal() {
        return Boolean.getBoolean("quafka.stderr.terminal");
    }

    void add(long recordCount, long byteCount) {
        records += recordCount;
        bytes += byteCount;
        long now = nanos.getAsLong();
        if (terminal && now - drawnNanos >= REDRAW_NANOS) {
            drawnNanos = now;
            err.print("\r" + bar(now) + "\u001b[K");
            err.flush();
        }
    }

    /// Ends the bar with a line: `sent 1,234 records, 985,084 bytes in 0.82 s (1.2 MB/s)`.
    void finish(String verb, String where) {
        double seconds = Math.max((nanos.getAsLong() - startNanos) / 1e9, 1e-3);
        err.printf(
                Locale.ROOT,
                "%s%s %,d %s, %,d bytes %s in %.2f s (%.1f MB/s)%n",
                terminal ? "\r\u001b[K" : "",
                verb,
                records,
                records == 1 ? "record" : "records",
                bytes,
                where,
                seconds,
                bytes / seconds / MEGA);
        err.flush();
    }

    String bar(long now) {
        double seconds = Math.max((now - startNanos) / 1e9, 1e-3);
        double rate = bytes / seconds;
        String done =
                String.format(
                        Locale.ROOT,
                        "%,d bytes, %,d records, %.1f MB/s",
                        bytes,
                        records,
                        rate / MEGA);
        if (totalBytes <= 0) {
            return done;
        }
        double share = Math.min(1.0, (double) bytes / totalBytes);
        int filled = (int) (share * BAR_WIDTH);
        long left = rate > 0 ? Math.round(Math.max(0, totalBytes - bytes) / rate) : 0;
        return String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %s, %d:%02d left",
                "#".repeat(filled),
                ".".repeat(BAR_WIDTH - filled),
                share * 100,
                done,
                left / 60,
                left % 60);
    }
}
