package io.quafka.bench.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Named arguments of a load, `key=value` words in a command line. Keys and values hold no space.
final class Arguments {
    private final Map<String, String> values;

    private Arguments(Map<String, String> values) {
        this.values = values;
    }

    static Arguments of(Map<String, ?> values) {
        Map<String, String> text = new LinkedHashMap<>();
        values.forEach((key, value) -> text.put(key, value.toString()));
        return new Arguments(text);
    }

    /// Parses words.
    ///
    /// @throws IllegalArgumentException if one is not `key=value`
    static Arguments parse(List<String> words) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("not key=value: " + word);
            }
            values.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return new Arguments(values);
    }

    String toLine() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    Set<String> keys() {
        return values.keySet();
    }

    String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("missing argument " + key);
        }
        return value;
    }

    int integer(String key) {
        return Integer.parseInt(text(key));
    }

    double number(String key) {
        return Double.parseDouble(text(key));
    }

    /// A time given in milliseconds.
    Duration time(String key) {
        return Duration.ofMillis(Long.parseLong(text(key)));
    }
}
