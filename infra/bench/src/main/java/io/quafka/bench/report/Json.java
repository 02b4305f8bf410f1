package io.quafka.bench.report;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes a tree of maps, collections, strings, numbers and booleans as JSON.
final class Json {
    private Json() {}

    /// The tree as JSON text on one line.
    ///
    /// @throws IllegalArgumentException for a value of another kind, or a number that JSON does not
    ///   have
    static String write(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry ->
                                    quoted(entry.getKey().toString())
                                            + ":"
                                            + write(entry.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
            case Collection<?> collection ->
                    collection.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
            case String text -> quoted(text);
            case Boolean flag -> flag.toString();
            case Double number when !Double.isFinite(number) ->
                    throw new IllegalArgumentException("not a JSON number: " + number);
            case Number number -> number.toString();
            default -> throw new IllegalArgumentException("not JSON: " + value.getClass());
        };
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ') {
                        quoted.append("\\u%04x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
