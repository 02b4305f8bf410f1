package io.quafka.bench.process;

import java.time.Duration;
import java.util.List;

/// One line of `/proc/PID/stat` or `/proc/PID/task/TID/stat`. Times are in clock ticks,
/// [#TICKS_PER_SECOND] to a second.
///
/// @param id process or thread id
/// @param command name of the program or thread, cut to 15 characters by the kernel
/// @param parentId id of the parent process
/// @param userTicks time spent in user mode by all threads
/// @param systemTicks time spent in the kernel by all threads
/// @param childTicks user and kernel time of children that were waited for
record ProcessStat(
        int id, String command, int parentId, long userTicks, long systemTicks, long childTicks) {
    /// The kernel's `USER_HZ`, which is 100 on every architecture that Quafka runs on.
    static final int TICKS_PER_SECOND = 100;

    private static final int PARENT = 1;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int CHILD_USER = 13;
    private static final int CHILD_SYSTEM = 14;

    /// Parses a line.
    ///
    /// @throws IllegalArgumentException if the line is not of that format
    static ProcessStat parse(String line) {
        // The command stands in parentheses and may itself hold spaces and parentheses.
        int open = line.indexOf('(');
        int close = line.lastIndexOf(')');
        if (open < 1 || close < open) {
            throw new IllegalArgumentException("not a stat line: " + line);
        }
        List<String> fields = List.of(line.substring(close + 1).strip().split(" +"));
        if (fields.size() <= CHILD_SYSTEM) {
            throw new IllegalArgumentException("stat line too short: " + line);
        }
        return new ProcessStat(
                Integer.parseInt(line.substring(0, open).strip()),
                line.substring(open + 1, close),
                Integer.parseInt(fields.get(PARENT)),
                Long.parseLong(fields.get(USER)),
                Long.parseLong(fields.get(SYSTEM)),
                Long.parseLong(fields.get(CHILD_USER)) + Long.parseLong(fields.get(CHILD_SYSTEM)));
    }

    /// User and kernel time of the process itself.
    long ticks() {
        return userTicks + systemTicks;
    }

    static Duration duration(long ticks) {
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }
}
