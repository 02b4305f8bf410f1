package io.quafka.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a process logged for people, entry by entry: a line that begins with a time, and all up to
/// the next one, such as its exception.
final class LogEntries {
    private static final Pattern HEAD = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T.*");
    private static final String NEWLINE = "\n";

    private LogEntries() {}

    static List<String> of(List<String> lines) {
        List<String> entries = new ArrayList<>();
        StringBuilder entry = new StringBuilder();
        for (String line : lines) {
            if (HEAD.matcher(line).matches() && !entry.isEmpty()) {
                entries.add(entry.toString());
                entry.setLength(0);
            }
            entry.append(entry.isEmpty() ? "" : NEWLINE).append(line);
        }
        if (!entry.isEmpty()) {
            entries.add(entry.toString());
        }
        return entries;
    }

    /// Whether a healthy process would not have logged it: an error, or anything with a stack
    /// trace.
    static boolean alarms(String entry) {
        return entry.lines().findFirst().orElse("").contains(" ERROR ")
                || entry.contains(NEWLINE + "\tat ");
    }
}
