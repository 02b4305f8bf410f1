package io.quafka.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/// A run's comparisons as text for people and as JSON for programs.
///
/// @param environment what machine and versions it ran on, by name
/// @param comparisons in the order in which they ran
public record Report(Map<String, String> environment, List<Comparison> comparisons) {
    private static final String NOTHING = "–";

    public Report {
        environment = new LinkedHashMap<>(environment);
        comparisons = List.copyOf(comparisons);
    }

    /// The report in Markdown: the environment, then a table per scenario.
    public String toMarkdown() {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append("- %s: %s\n".formatted(name, value)));
        comparisons.forEach(comparison -> text.append('\n').append(toMarkdown(comparison)));
        return text.toString();
    }

    /// One scenario in Markdown. Each figure is the median of the rounds, with the least and the
    /// greatest.
    public static String toMarkdown(Comparison comparison) {
        Series baseline = comparison.baseline();
        Series candidate = comparison.candidate();
        MarkdownTable table =
                new MarkdownTable(
                        List.of(
                                comparison.name(),
                                "unit",
                                heading(baseline),
                                heading(candidate),
                                "ratio",
                                "target",
                                "verdict"));
        for (Metric metric : Metric.values()) {
            if (!baseline.values(metric).isEmpty() || !candidate.values(metric).isEmpty()) {
                row(comparison, metric).forEach(table::row);
            }
        }
        StringBuilder text = new StringBuilder();
        text.append(comparison.description()).append("\n\n").append(table.render());
        if (baseline.disturbed() || candidate.disturbed()) {
            text.append("\n(disturbed): other processes used the machine in a round.\n");
        }
        comparison
                .failures()
                .forEach(failure -> text.append("\nFailed: ").append(failure).append('\n'));
        return text.toString();
    }

    /// The report as JSON, with every figure of every round.
    public String toJson() {
        return Json.write(
                Map.of(
                        "environment",
                        environment,
                        "comparisons",
                        comparisons.stream().map(Report::toTree).toList()));
    }

    private static String heading(Series series) {
        return series.label() + (series.disturbed() ? " (disturbed)" : "");
    }

    /// One row for each target on the metric, or one without target.
    private static List<List<String>> row(Comparison comparison, Metric metric) {
        List<Target> targets =
                comparison.targets().stream().filter(target -> target.metric() == metric).toList();
        Series baseline = comparison.baseline();
        Series candidate = comparison.candidate();
        List<String> figures =
                List.of(
                        metric.title(),
                        metric.unit(),
                        figure(baseline, metric),
                        figure(candidate, metric),
                        ratio(Series.ratio(baseline, candidate, metric)));
        if (targets.isEmpty()) {
            return List.of(with(figures, "", ""));
        }
        return targets.stream()
                .map(target ->
                        with(figures, target.text(), target.judge(baseline, candidate).text()))
                .toList();
    }

    private static List<String> with(List<String> figures, String target, String verdict) {
        List<String> cells = new ArrayList<>(figures);
        cells.add(target);
        cells.add(verdict);
        return cells;
    }

    private static String figure(Series series, Metric metric) {
        List<Double> values = series.values(metric);
        OptionalDouble median = series.median(metric);
        if (median.isEmpty()) {
            return NOTHING;
        }
        String middle = metric.format(median.getAsDouble());
        if (values.size() == 1) {
            return middle;
        }
        double least = values.stream().mapToDouble(value -> value).min().orElseThrow();
        double greatest = values.stream().mapToDouble(value -> value).max().orElseThrow();
        return middle + " (" + metric.format(least) + "–" + metric.format(greatest) + ")";
    }

    private static String ratio(OptionalDouble ratio) {
        return ratio.isEmpty() ? NOTHING : String.format(Locale.ROOT, "%.2f×", ratio.getAsDouble());
    }

    private static Map<String, Object> toTree(Comparison comparison) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("scenario", comparison.name());
        tree.put("description", comparison.description());
        tree.put("baseline", toTree(comparison.baseline()));
        tree.put("candidate", toTree(comparison.candidate()));
        tree.put(
                "targets",
                comparison.targets().stream().map(target -> toTree(target, comparison)).toList());
        tree.put("failures", comparison.failures());
        return tree;
    }

    private static Map<String, Object> toTree(Target target, Comparison comparison) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("metric", target.metric().name());
        tree.put("target", target.text());
        tree.put("verdict", target.judge(comparison.baseline(), comparison.candidate()).name());
        return tree;
    }

    private static Map<String, Object> toTree(Series series) {
        List<Map<String, Object>> rounds = new ArrayList<>();
        series.rounds()
                .forEach((round, measurement) -> {
                    Map<String, Object> tree = new LinkedHashMap<>();
                    tree.put("round", round);
                    tree.put("disturbedShare", measurement.disturbedShare());
                    tree.put("disturbed", measurement.disturbed());
                    for (Metric metric : Metric.values()) {
                        Double value = measurement.figures().get(metric);
                        if (value != null) {
                            tree.put(metric.name(), value);
                        }
                    }
                    rounds.add(tree);
                });
        return Map.of("label", series.label(), "rounds", rounds);
    }
}
