package io.quafka.program.console;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What storage nodes say of themselves on their `/metrics`, and what this process does. A node
/// that does not answer in time is left out.
public final class NodeFigures implements AutoCloseable {
    /// Nodes that are asked; those with the lowest ids.
    static final int NODES_MAX = 64;

    private static final Duration WAIT_MAX = Duration.ofSeconds(2);
    private static final long GOOD_FOR_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final IntSupplier ownId;
    private volatile Supplier<String> own = () -> "";
    private @Nullable HttpClient http;
    private Map<Integer, Map<String, Double>> known = Map.of();
    private long askedNanos;
    private boolean asked;

    /// @param ownId this process as a node
    public NodeFigures(IntSupplier ownId) {
        this.ownId = ownId;
    }

    /// What this process's own figures are made with, in Prometheus' text format.
    public void own(Supplier<String> text) {
        own = text;
    }

    /// This process's figures by name; samples that differ by a label are summed.
    Map<String, Double> own() {
        return parse(own.get());
    }

    /// Storage nodes' figures by node and name, as of some seconds ago at most.
    synchronized Map<Integer, Map<String, Double>> of(ClusterImage image) {
        if (!asked || System.nanoTime() - askedNanos > GOOD_FOR_NANOS) {
            known = ask(image);
            askedNanos = System.nanoTime();
            asked = true;
        }
        return known;
    }

    private Map<Integer, Map<String, Double>> ask(ClusterImage image) {
        Map<Integer, Map<String, Double>> figures = new HashMap<>();
        Map<Integer, CompletableFuture<Optional<String>>> answers = new LinkedHashMap<>();
        image.nodes().values().stream()
                .filter(node -> node.plays(NodeRole.STORAGE) && !node.fenced())
                .sorted(java.util.Comparator.comparingInt(Node::id))
                .limit(NODES_MAX)
                .forEach(node -> {
                    Endpoint address = node.storage();
                    if (node.id() == ownId.getAsInt()) {
                        figures.put(node.id(), own());
                    } else if (address != null) {
                        answers.put(node.id(), ask(address));
                    }
                });
        answers.forEach(
                (id, answer) -> answer.join().ifPresent(text -> figures.put(id, parse(text))));
        return figures;
    }

    private CompletableFuture<Optional<String>> ask(Endpoint address) {
        try {
            URI uri = new URI("http", null, address.host(), address.port(), "/metrics", null, null);
            return http().sendAsync(
                            HttpRequest.newBuilder(uri).timeout(WAIT_MAX).build(),
                            BodyHandlers.limiting(
                                    BodyHandlers.ofString(StandardCharsets.UTF_8),
                                    ANSWER_BYTES_MAX))
                    .thenApply(response ->
                            response.statusCode() == 200
                                    ? Optional.of(response.body())
                                    : Optional.<String>empty())
                    .completeOnTimeout(
                            Optional.empty(),
                            WAIT_MAX.toMillis(),
                            java.util.concurrent.TimeUnit.MILLISECONDS)
                    .exceptionally(_ -> Optional.empty());
        } catch (URISyntaxException _) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }

    private HttpClient http() {
        HttpClient client = http;
        if (client == null) {
            client =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(WAIT_MAX)
                            .build();
            http = client;
        }
        return client;
    }

    static Map<String, Double> parse(String text) {
        Map<String, Double> figures = new HashMap<>();
        text.lines()
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    int brace = line.indexOf('{');
                    int nameEnd = brace < 0 ? space : brace;
                    if (nameEnd > 0) {
                        try {
                            figures.merge(
                                    line.substring(0, nameEnd),
                                    Double.parseDouble(line.substring(space + 1)),
                                    Double::sum);
                        } catch (NumberFormatException _) {
                            // No sample: nothing to show.
                        }
                    }
                });
        return figures;
    }

    @Override
    public synchronized void close() {
        HttpClient client = http;
        if (client != null) {
            client.shutdownNow();
        }
    }
}
