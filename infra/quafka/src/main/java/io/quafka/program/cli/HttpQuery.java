package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/// Asks a gateway over HTTP, on the port that it speaks Kafka on.
final class HttpQuery {
    private static final int OK = 200;

    private final ClientOptions client;

    HttpQuery(ClientOptions client) {
        this.client = client;
    }

    record Answered(String text, Map<String, Object> fields) {}

    /// @throws CommandFailedException where the gateway refuses, in its words
    Answered get(String path, Map<String, String> query) throws IOException, InterruptedException {
        String parameters =
                query.entrySet().stream()
                        .map(e ->
                                e.getKey()
                                        + "="
                                        + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        HttpSecurity security = HttpSecurity.of(client);
        URI uri =
                URI.create(
                        (security.encrypted() ? "https://" : "http://")
                                + client.listener()
                                + path
                                + (parameters.isEmpty() ? "" : "?" + parameters));
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(client.timeout());
        security.apply(builder);
        try (HttpClient http = builder.build()) {
            HttpResponse<byte[]> response =
                    http.send(
                            security.apply(HttpRequest.newBuilder(uri).timeout(client.timeout()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            Map<String, Object> fields = Json.readObject(response.body());
            if (response.statusCode() != OK) {
                throw new CommandFailedException(String.valueOf(fields.get("error")));
            }
            return new Answered(new String(response.body(), StandardCharsets.UTF_8), fields);
        }
    }
}
