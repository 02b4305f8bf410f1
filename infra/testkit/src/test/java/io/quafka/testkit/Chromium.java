package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.program.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A headless Chromium with one page, driven by its DevTools protocol. Every wait is bounded.
final class Chromium implements AutoCloseable {
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final String LISTENING = "DevTools listening on ";

    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger ids = new AtomicInteger();
    private final ConcurrentMap<Integer, CompletableFuture<Map<String, Object>>> answers =
            new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final WebSocket socket;

    private Chromium(Process process) throws Exception {
        this.process = process;
        URI browser = URI.create(devTools(process));
        HttpResponse<byte[]> page =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + browser.getPort()
                                                        + "/json/new?about:blank"))
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        String address = (String) Json.readObject(page.body()).get("webSocketDebuggerUrl");
        this.socket =
                http.newWebSocketBuilder()
                        .buildAsync(URI.create(String.valueOf(address)), new Listener())
                        .get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Runtime", "Log")) {
            call(domain + ".enable", Map.of());
        }
    }

    /// Skips the test where there is no Chromium.
    static void require() throws InterruptedException {
        Installed.require("Chromium", "chromium", "--version");
    }

    /// @param profile a directory of its own, which it fills
    static Chromium start(Path profile) throws Exception {
        Process process =
                new ProcessBuilder(
                                "chromium",
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "about:blank")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            return new Chromium(process);
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static String devTools(Process process) throws Exception {
        CompletableFuture<String> address = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("chromium-output")
                .start(() -> {
                    try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
                        err.lines()
                                .filter(line -> line.startsWith(LISTENING))
                                .forEach(line ->
                                        address.complete(line.substring(LISTENING.length())));
                    } catch (IOException | java.io.UncheckedIOException _) {
                        // It was killed.
                    }
                    address.completeExceptionally(new IOException("Chromium ended at once"));
                });
        return address.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                take(message.toString());
                message.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void take(String message) {
        Map<String, Object> fields;
        try {
            fields = Json.readObject(message.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        if (fields.get("id") instanceof Integer id) {
            requireNonNull(answers.remove(id)).complete(fields);
            return;
        }
        switch (String.valueOf(fields.get("method"))) {
            case "Runtime.exceptionThrown", "Log.entryAdded" -> complaints.add(message);
            case "Runtime.consoleAPICalled" -> {
                if (message.contains("\"type\":\"error\"")) {
                    complaints.add(message);
                }
            }
            default -> {
                // Of no interest.
            }
        }
    }

    @SuppressWarnings("unchecked") // as the protocol has it
    private Map<String, Object> call(String method, Map<String, ?> parameters) throws Exception {
        int id = ids.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        answers.put(id, answer);
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("id", id);
        question.put("method", method);
        question.put("params", parameters);
        socket.sendText(Json.write(question), true).get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        Map<String, Object> fields = answer.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        assertThat(fields).as(method).doesNotContainKey("error");
        return (Map<String, Object>) requireNonNull(fields.get("result"));
    }

    void open(String url) throws Exception {
        call("Page.navigate", Map.of("url", url));
    }

    /// The value of an expression, or of the promise that it gives.
    @Nullable Object value(String expression) throws Exception {
        Map<String, Object> answer = evaluate(expression);
        assertThat(answer).as(expression).doesNotContainKey("exceptionDetails");
        Map<?, ?> result = (Map<?, ?>) requireNonNull(answer.get("result"));
        return result.get("value");
    }

    private Map<String, Object> evaluate(String expression) throws Exception {
        return call(
                "Runtime.evaluate",
                Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    }

    /// Waits until an expression is true, and can be evaluated at all.
    void await(String expression) {
        Awaitility.await(expression)
                .atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        evaluate(expression).get("result") instanceof Map<?, ?> result
                                && Boolean.TRUE.equals(result.get("value")));
    }

    /// What the page shows.
    String text() throws Exception {
        return String.valueOf(value("document.body.innerText"));
    }

    /// Exceptions, errors on the page's console, and what its policy kept from happening.
    List<String> complaints() {
        return complaints;
    }

    void press(String key) throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of(
                            "type",
                            type,
                            "key",
                            key,
                            "code",
                            key,
                            "text",
                            type.equals("keyDown") && key.equals("Enter") ? "\r" : "",
                            "windowsVirtualKeyCode",
                            key.equals("Enter") ? 13 : key.equals("Tab") ? 9 : 27));
        }
    }

    void look(int width, int height, boolean dark) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of(
                                        "name",
                                        "prefers-color-scheme",
                                        "value",
                                        dark ? "dark" : "light"))));
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        http.shutdownNow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    }
}
