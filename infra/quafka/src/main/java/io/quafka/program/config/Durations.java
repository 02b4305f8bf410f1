package io.quafka.program.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Durations as people write them: 500ms, 30s, 5m, 2h, 7d.
final class Durations {
    private static final Map<String, Long> UNITS_MS = new LinkedHashMap<>();

    static {
        UNITS_MS.put("d", 86_400_000L);
        UNITS_MS.put("h", 3_600_000L);
        UNITS_MS.put("m", 60_000L);
        UNITS_MS.put("s", 1_000L);
        UNITS_MS.put("ms", 1L);
    }

    private Durations() {}

    /// @throws IllegalArgumentException if the text is no duration with a unit
    static Duration parse(String text) {
        String stripped = text.strip();
        int digits = 0;
        while (digits < stripped.length() && Character.isDigit(stripped.charAt(digits))) {
            digits++;
        }
        Long unit = UNITS_MS.get(stripped.substring(digits).strip());
        if (digits == 0 || digits > 12 || unit == null) {
            throw ValueType.refused("expected a duration such as 500ms, 30s, 5m, 2h, 7d", text);
        }
        return Duration.ofMillis(Long.parseLong(stripped.substring(0, digits)) * unit);
    }

    /// The shortest exact form in whole milliseconds.
    static String format(Duration duration) {
        long millis = duration.toMillis();
        for (Map.Entry<String, Long> unit : UNITS_MS.entrySet()) {
            if (millis != 0 && millis % unit.getValue() == 0) {
                return millis / unit.getValue() + unit.getKey();
            }
        }
        return millis + "ms";
    }
}
