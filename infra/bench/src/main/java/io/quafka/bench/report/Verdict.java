package io.quafka.bench.report;

/// Whether a target is reached.
public enum Verdict {
    MET("met"),
    MISSED("**missed**"),
    UNKNOWN("?");

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
