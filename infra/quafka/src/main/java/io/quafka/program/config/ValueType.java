package io.quafka.program.config;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// How the text of a key becomes a value.
///
/// @param name what the table of keys calls it, its range included
/// @param parser refuses with an [IllegalArgumentException] whose message goes on from "KEY in
///   SOURCE: "
public record ValueType<T>(String name, Function<String, T> parser) {
    static final ValueType<String> STRING = new ValueType<>("string", Function.identity());

    static final ValueType<Path> PATH = new ValueType<>("path", Path::of);

    static final ValueType<Address> ADDRESS = new ValueType<>("HOST:PORT", Address::parse);

    static final ValueType<Boolean> BOOLEAN =
            new ValueType<>(
                    "true or false",
                    text ->
                            switch (text.toLowerCase(Locale.ROOT)) {
                                case "true" -> true;
                                case "false" -> false;
                                default -> throw refused("expected true or false", text);
                            });

    /// Empty text is an empty list.
    static <T> ValueType<List<T>> listOf(ValueType<T> element) {
        return new ValueType<>(
                "list of " + element.name(),
                text ->
                        text.isBlank()
                                ? List.of()
                                : Arrays.stream(text.split(","))
                                        .map(String::strip)
                                        .map(element.parser())
                                        .toList());
    }

    /// Empty text is absence.
    static <T> ValueType<Optional<T>> optional(ValueType<T> element) {
        return new ValueType<>(
                element.name() + " or empty",
                text ->
                        text.isBlank()
                                ? Optional.empty()
                                : Optional.of(element.parser().apply(text)));
    }

    static ValueType<Integer> integer(int min, int max) {
        return new ValueType<>(
                "integer, " + range(min, max),
                text -> Math.toIntExact(inRange(wholeNumber(text), min, max, text)));
    }

    /// A number that may have a fraction.
    static ValueType<Double> decimal(double min, double max) {
        return new ValueType<>(
                "number, " + text(min) + " to " + text(max),
                text -> {
                    double value;
                    try {
                        value = Double.parseDouble(text);
                    } catch (NumberFormatException _) {
                        throw refused("a number", text);
                    }
                    if (!(value >= min && value <= max)) {
                        throw refused(text(min) + " to " + text(max), text);
                    }
                    return value;
                });
    }

    private static String text(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /// Bytes: a number alone, or with KiB, MiB, GiB, TiB, or kB, MB, GB, TB.
    static ValueType<Long> bytes(long min, long max) {
        return new ValueType<>(
                "bytes, " + Sizes.format(min) + " to " + Sizes.format(max),
                text -> inRange(Sizes.parse(text), min, max, text));
    }

    /// A duration: a number with ms, s, m, h or d.
    static ValueType<Duration> duration(Duration min, Duration max) {
        return new ValueType<>(
                "duration, " + Durations.format(min) + " to " + Durations.format(max),
                text -> {
                    Duration value = Durations.parse(text);
                    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                        throw refused(
                                "expected "
                                        + Durations.format(min)
                                        + " to "
                                        + Durations.format(max),
                                text);
                    }
                    return value;
                });
    }

    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        String names =
                Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" or "));
        return new ValueType<>(
                names,
                text -> {
                    for (E constant : type.getEnumConstants()) {
                        if (constant.name().equalsIgnoreCase(text)) {
                            return constant;
                        }
                    }
                    throw refused("expected " + names, text);
                });
    }

    static IllegalArgumentException refused(String expected, String text) {
        return new IllegalArgumentException(expected + ", not '" + text + "'");
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text.replace("_", ""));
        } catch (NumberFormatException _) {
            throw refused("expected a whole number", text);
        }
    }

    private static long inRange(long value, long min, long max, String text) {
        if (value < min || value > max) {
            throw refused("expected " + range(min, max), text);
        }
        return value;
    }

    private static String range(long min, long max) {
        return max == Integer.MAX_VALUE ? "at least " + min : min + " to " + max;
    }
}
