package io.quafka.program.config;

import java.util.Locale;
import java.util.Map;

/// Numbers of bytes as people write them.
public final class Sizes {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private static final Map<String, Long> UNITS =
            Map.ofEntries(
                    Map.entry("", 1L),
                    Map.entry("b", 1L),
                    Map.entry("kib", 1L << 10),
                    Map.entry("mib", 1L << 20),
                    Map.entry("gib", 1L << 30),
                    Map.entry("tib", 1L << 40),
                    Map.entry("kb", 1_000L),
                    Map.entry("mb", 1_000_000L),
                    Map.entry("gb", 1_000_000_000L),
                    Map.entry("tb", 1_000_000_000_000L));

    private Sizes() {}

    /// @throws IllegalArgumentException if the text is no size, or over 2^63 - 1 bytes
    public static long parse(String text) {
        String stripped = text.strip();
        int digits = 0;
        while (digits < stripped.length() && Character.isDigit(stripped.charAt(digits))) {
            digits++;
        }
        Long unit = UNITS.get(stripped.substring(digits).strip().toLowerCase(Locale.ROOT));
        if (digits == 0 || unit == null) {
            throw ValueType.refused("expected bytes such as 1048576, 64KiB, 512MiB", text);
        }
        try {
            return Math.multiplyExact(Long.parseLong(stripped.substring(0, digits)), unit);
        } catch (NumberFormatException | ArithmeticException _) {
            throw ValueType.refused("expected fewer bytes", text);
        }
    }

    /// The shortest exact form: 1 MiB, 1000 B.
    static String format(long bytes) {
        int unit = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && unit < BINARY.length - 1) {
            value /= 1024;
            unit++;
        }
        return value + " " + BINARY[unit];
    }
}
