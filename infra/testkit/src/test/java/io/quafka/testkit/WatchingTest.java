package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.program.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alert rules and dashboards name figures that there are, and every alert has its runbook. Which
/// figures there are is said by the page on metrics, which [MetricsTest] holds to a broker's.
class WatchingTest {
    private static final Path ALERTS = Path.of("../deploy/alerts").toAbsolutePath().normalize();
    private static final Path DASHBOARDS = Path.of("../deploy/dashboards");
    private static final Path DOCS = Path.of("../../docs");

    private static final Pattern FIGURE_ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");
    private static final Pattern HISTOGRAM_ROW =
            Pattern.compile("(?m)^\\| `([a-z_]+)` \\| histogram \\|");
    private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");
    private static final Pattern ALERT_EXPRESSION = Pattern.compile("(?m)^ +expr: (.+)$");
    private static final Pattern RUNBOOK =
            Pattern.compile("(?m)^ +runbook: docs/OPERATIONS.md#(\\w+)$");
    private static final Pattern RUNBOOK_HEADING = Pattern.compile("(?m)^### (Quafka\\w+)$");

    /// What stands in an expression beside figures and functions: text, matchers, ranges, and the
    /// labels to group by.
    private static final Pattern NO_FIGURES =
            Pattern.compile(
                    "\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|\\b(by|without|on|ignoring) *\\([^)]*\\)");

    private static final Pattern NAME = Pattern.compile("\\b[a-zA-Z_][a-zA-Z0-9_]*\\b(?! *\\()");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool");

    /// Prometheus' own.
    private static final String UP = "up";

    @TempDir private Path directory;

    @Test
    void alertsNameFiguresThatThereAre() throws Exception {
        List<String> expressions = found(ALERT_EXPRESSION, alerts());
        assertThat(expressions).hasSameSizeAs(found(ALERT, alerts()));
        requireFigures(expressions);
    }

    @Test
    void everyAlertHasItsRunbookAndEveryRunbookItsAlert() throws Exception {
        List<String> alerts = found(ALERT, alerts());
        assertThat(alerts).doesNotHaveDuplicates().hasSizeGreaterThan(10);
        assertThat(found(RUNBOOK, alerts()))
                .containsExactlyElementsOf(
                        alerts.stream()
                                .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                                .toList());
        assertThat(found(RUNBOOK_HEADING, Files.readString(DOCS.resolve("OPERATIONS.md"))))
                .containsExactlyInAnyOrderElementsOf(alerts);
    }

    @Test
    void dashboardsNameFiguresThatThereAre() throws Exception {
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.toList()) {
                Map<String, Object> dashboard = Json.readObject(Files.readAllBytes(file));
                assertThat(dashboard).containsKeys("title", "uid", "templating");
                List<String> expressions = expressions(dashboard).toList();
                assertThat(expressions).hasSizeGreaterThan(20);
                requireFigures(expressions);
            }
        }
    }

    @Test
    void prometheusTakesTheRulesAndTheyFireWhenTheyShould() throws Exception {
        Installed.require("promtool (Debian's prometheus)", "promtool", "--version");
        for (List<String> command :
                List.of(
                        List.of("check", "rules", ALERTS.resolve("quafka.yml").toString()),
                        List.of("test", "rules", ALERTS.resolve("quafka_test.yml").toString()))) {
            List<String> words = Stream.concat(Stream.of("promtool"), command.stream()).toList();
            try (Program promtool = Program.start(directory, words)) {
                promtool.awaitSuccess();
            }
        }
    }

    private static String alerts() throws IOException {
        return Files.readString(ALERTS.resolve("quafka.yml"));
    }

    private static Stream<String> expressions(@Nullable Object tree) {
        return switch (tree) {
            case List<?> list -> list.stream().flatMap(WatchingTest::expressions);
            case Map<?, ?> map ->
                    Stream.concat(
                            map.get("expr") instanceof String expression
                                    ? Stream.of(expression)
                                    : Stream.empty(),
                            map.values().stream().flatMap(WatchingTest::expressions));
            case null, default -> Stream.empty();
        };
    }

    private static void requireFigures(Collection<String> expressions) throws IOException {
        String page = Files.readString(DOCS.resolve("METRICS.md"));
        Set<String> known = new TreeSet<>(found(FIGURE_ROW, page));
        for (String histogram : found(HISTOGRAM_ROW, page)) {
            known.remove(histogram);
            Stream.of("_bucket", "_sum", "_count").map(histogram::concat).forEach(known::add);
        }
        assertThat(known).hasSizeGreaterThan(50);
        known.add(UP);
        Set<String> named =
                expressions.stream()
                        .map(expression -> NO_FIGURES.matcher(expression).replaceAll(" "))
                        .flatMap(expression -> NAME.matcher(expression).results())
                        .map(MatchResult::group)
                        .filter(name -> !OPERATORS.contains(name))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).isNotEmpty();
        assertThat(known).containsAll(named);
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
    }
}
