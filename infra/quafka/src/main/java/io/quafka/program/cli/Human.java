package io.quafka.program.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Figures as people read them.
final class Human {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Human() {}

    /// `5.2 GiB`.
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        boolean whole = unit == 0 || value >= 100;
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    /// `1.5 MiB/s`, or `-` where nothing comes.
    static String rate(long bytesPerSecond) {
        return bytesPerSecond <= 0 ? "-" : bytes(bytesPerSecond) + "/s";
    }

    /// `31 h`, `4.5 d`, or `-` for a time that is not known.
    static String time(long seconds) {
        if (seconds < 0) {
            return "-";
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 2 * 3600) {
            return seconds / 60 + " min";
        }
        if (seconds < 72 * 3600) {
            return seconds / 3600 + " h";
        }
        double days = seconds / 86_400.0;
        return days > 999 ? "> 999 d" : String.format(Locale.ROOT, "%.1f d", days);
    }

    static long number(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /// A number without zeros at its end.
    static String decimal(Map<String, Object> fields, String name) {
        double value = fields.get(name) instanceof Number number ? number.doubleValue() : 0;
        return value == 0 ? "0" : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    @SuppressWarnings("unchecked") // what JSON's objects are read into
    static List<Map<String, Object>> list(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof List<?> list
                ? (List<Map<String, Object>>) list
                : List.of();
    }
}
