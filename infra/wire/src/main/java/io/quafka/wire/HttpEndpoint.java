package io.quafka.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// One HTTP resource on a [KafkaServer]'s port.
///
/// @param method such as `GET`
/// @param path such as `/metrics`, or with parameters as `/topics/{name}`
/// @param action called on the connection's virtual thread; may block; a failure answers 500
public record HttpEndpoint(String method, String path, Function<Question, Answer> action) {

    /// A resource that needs nothing of the request.
    public static HttpEndpoint get(String path, Supplier<Answer> answer) {
        return new HttpEndpoint("GET", path, _ -> answer.get());
    }

    /// Whether it tells nothing but how the process is, which load balancers ask without TLS and
    /// without a name.
    public boolean isPublic() {
        return path.startsWith("/health/");
    }

    /// @param parameters of the path, by name
    /// @param query the first value of each query parameter, by name
    /// @param headers the first value of each, by its name in lower case
    /// @param body at most 1 MiB
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Question(
            String path,
            Map<String, String> parameters,
            Map<String, String> query,
            Map<String, String> headers,
            byte[] body) {}

    /// @param contentType such as `application/json`
    /// @param headers beside the content's type and length, by name
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
        public Answer(int status, String contentType, byte[] body) {
            this(status, contentType, Map.of(), body);
        }

        /// The same with other headers.
        public Answer with(Map<String, String> others) {
            return new Answer(status, contentType, others, body);
        }

        public static Answer text(int status, String body) {
            return new Answer(
                    status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
        }

        public static Answer json(int status, String body) {
            return new Answer(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// A list that says there is no HTTP.
    public static List<HttpEndpoint> none() {
        return List.of();
    }
}
