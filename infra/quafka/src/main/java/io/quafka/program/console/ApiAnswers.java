package io.quafka.program.console;

import io.quafka.program.config.ConfigException;
import io.quafka.program.json.Json;
import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpEndpoint.Answer;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What all resources below `/api/` answer alike: JSON, and errors as `{"error": "..."}`.
public final class ApiAnswers {
    private ApiAnswers() {}

    /// What a resource does with the query's parameters.
    public interface Work {
        /// @return what is told as JSON
        /// @throws IllegalArgumentException where the question is at fault, in words for who asked
        /// @throws NotThereException where it is about something that is not there
        Map<String, @Nullable Object> fields(Map<String, String> query)
                throws ExecutionException, TimeoutException, InterruptedException;
    }

    /// There is nothing of that name.
    static final class NotThereException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotThereException(String message) {
            super(message);
        }
    }

    public static HttpEndpoint get(String path, Work work) {
        return new HttpEndpoint("GET", path, question -> answer(work, question.query()));
    }

    private static Answer answer(Work work, Map<String, String> query) {
        try {
            return Answer.json(200, Json.write(work.fields(query)) + "\n");
        } catch (IllegalArgumentException | ConfigException e) {
            return error(400, String.valueOf(e.getMessage()));
        } catch (NotThereException e) {
            return error(404, String.valueOf(e.getMessage()));
        } catch (ExecutionException e) {
            return error(503, "no answer from the cluster: " + e.getCause());
        } catch (TimeoutException _) {
            return error(503, "no answer from the cluster in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return error(503, "stopping");
        }
    }

    static Answer error(int status, String message) {
        return Answer.json(status, Json.write(Map.of("error", message)) + "\n");
    }

    /// A parameter that must be there.
    static String required(Map<String, String> query, String name) {
        String value = query.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("say " + name);
        }
        return value;
    }

    /// A parameter that is a whole number.
    ///
    /// @param missing what it is where nobody says
    static int number(Map<String, String> query, String name, int missing, int min, int max) {
        return parse(
                query.get(name),
                missing,
                Integer::parseInt,
                value -> value >= min && value <= max,
                name + " is a number from " + min + " to " + max);
    }

    /// As [#number], larger.
    static long longNumber(Map<String, String> query, String name, long missing) {
        return parse(
                query.get(name),
                missing,
                Long::parseLong,
                value -> value >= 0,
                name + " is a number from 0 up");
    }

    private static <T> T parse(
            @Nullable String text,
            T missing,
            Function<String, T> parser,
            Function<T, Boolean> good,
            String said) {
        if (text == null || text.isEmpty()) {
            return missing;
        }
        try {
            T value = parser.apply(text);
            if (good.apply(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IllegalArgumentException(said + ", not '" + text + "'");
    }
}
