package io.quafka.program.console;

import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpEndpoint.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/// The console's own files, as they lie in the program: one page, its style, its scripts.
final class ConsoleFiles {
    private static final String PAGE = "console.html";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry(PAGE, "text/html; charset=utf-8"),
                    Map.entry("console.css", "text/css; charset=utf-8"),
                    Map.entry("logo.svg", "image/svg+xml"),
                    Map.entry("console.js", SCRIPT),
                    Map.entry("ask.js", SCRIPT),
                    Map.entry("figures.js", SCRIPT),
                    Map.entry("elements.js", SCRIPT),
                    Map.entry("overview.js", SCRIPT),
                    Map.entry("topics.js", SCRIPT),
                    Map.entry("plan.js", SCRIPT),
                    Map.entry("groups.js", SCRIPT),
                    Map.entry("records.js", SCRIPT));

    private ConsoleFiles() {}

    static List<HttpEndpoint> endpoints() {
        Answer toConsole =
                new Answer(302, "text/plain", Map.of("Location", "/console"), new byte[0]);
        return List.of(
                HttpEndpoint.get("/", () -> toConsole),
                HttpEndpoint.get("/console", () -> file(PAGE)),
                new HttpEndpoint(
                        "GET",
                        "/console/{file}",
                        question -> file(question.parameters().getOrDefault("file", ""))));
    }

    private static Answer file(String name) {
        String type = TYPES.get(name);
        if (type == null) {
            return ApiAnswers.error(404, "the console has no such file");
        }
        try (InputStream file = ConsoleFiles.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("the program was built without " + name);
            }
            return new Answer(200, type, file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
