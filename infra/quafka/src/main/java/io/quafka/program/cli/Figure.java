package io.quafka.program.cli;

/// A figure with its unit as a table's cell: at the right, as numbers are.
record Figure(String text) {
    @Override
    public String toString() {
        return text;
    }
}
