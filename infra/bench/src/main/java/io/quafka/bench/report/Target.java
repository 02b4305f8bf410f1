package io.quafka.bench.report;

import java.util.Locale;
import java.util.OptionalDouble;

/// What Quafka has set itself to reach in a scenario.
public sealed interface Target {
    /// What it is about.
    Metric metric();

    /// As shown in the table.
    String text();

    /// Whether the comparison reaches it; unknown where a figure is missing.
    default Verdict judge(Series baseline, Series candidate) {
        OptionalDouble value = value(baseline, candidate);
        OptionalDouble limit = limit(candidate);
        if (value.isEmpty() || limit.isEmpty()) {
            return Verdict.UNKNOWN;
        }
        boolean met =
                this instanceof RatioAtLeast
                        ? value.getAsDouble() >= limit.getAsDouble()
                        : value.getAsDouble() <= limit.getAsDouble();
        return met ? Verdict.MET : Verdict.MISSED;
    }

    private OptionalDouble value(Series baseline, Series candidate) {
        return switch (this) {
            case RatioAtLeast _, RatioAtMost _ -> Series.ratio(baseline, candidate, metric());
            case AtMost _ -> candidate.median(metric());
            case ExcessAtMost _, MoreByAtMost _ ->
                    excess(baseline.median(metric()), candidate.median(metric()));
        };
    }

    private OptionalDouble limit(Series candidate) {
        return switch (this) {
            case RatioAtLeast(_, double limit) -> OptionalDouble.of(limit);
            case RatioAtMost(_, double limit) -> OptionalDouble.of(limit);
            case AtMost(_, double limit) -> OptionalDouble.of(limit);
            case MoreByAtMost(_, double limit) -> OptionalDouble.of(limit);
            case ExcessAtMost(_, Metric allowance) -> candidate.median(allowance);
        };
    }

    private static OptionalDouble excess(OptionalDouble baseline, OptionalDouble candidate) {
        return baseline.isPresent() && candidate.isPresent()
                ? OptionalDouble.of(candidate.getAsDouble() - baseline.getAsDouble())
                : OptionalDouble.empty();
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%s", value);
    }

    /// Candidate ÷ baseline is at least this.
    record RatioAtLeast(Metric metric, double limit) implements Target {
        @Override
        public String text() {
            return "≥ " + number(limit) + "×";
        }
    }

    /// Candidate ÷ baseline is at most this.
    record RatioAtMost(Metric metric, double limit) implements Target {
        @Override
        public String text() {
            return "≤ " + number(limit) + "×";
        }
    }

    /// The candidate's own figure is at most this.
    record AtMost(Metric metric, double limit) implements Target {
        @Override
        public String text() {
            return ("≤ " + number(limit) + " " + metric.unit()).strip();
        }
    }

    /// The candidate's figure is above the baseline's by no more than another figure.
    record ExcessAtMost(Metric metric, Metric allowance) implements Target {
        @Override
        public String text() {
            return "≤ baseline + " + allowance.title();
        }
    }

    /// The candidate's figure is above the baseline's by no more than this.
    record MoreByAtMost(Metric metric, double limit) implements Target {
        @Override
        public String text() {
            return ("≤ baseline + " + number(limit) + " " + metric.unit()).strip();
        }
    }
}
