package io.quafka.program.cli;

import java.util.Locale;

/// A share of a whole as a table's cell: a bar, an eighth of a cell at a time, and the percentage.
///
/// @param cells that the whole would fill
record Bar(long part, long whole, int cells) {
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";
    private static final double NEARLY = 0.9;
    private static final String GREEN = "\033[32m";
    private static final String YELLOW = "\033[33m";
    private static final String RED = "\033[31m";
    private static final String PLAIN = "\033[0m";

    private double share() {
        return whole <= 0 ? 0 : (double) part / whole;
    }

    private String drawn() {
        long eighths = Math.round(Math.clamp(share(), 0.0, 1.0) * cells * 8);
        int full = (int) (eighths / 8);
        StringBuilder bar = new StringBuilder("█".repeat(full));
        if (full < cells) {
            bar.append(EIGHTHS.charAt((int) (eighths % 8)));
            bar.append(" ".repeat(cells - full - 1));
        }
        return bar.toString();
    }

    private String percentage() {
        return "▏" + String.format(Locale.ROOT, "%4.0f %%", share() * 100);
    }

    @Override
    public String toString() {
        return drawn() + percentage();
    }

    /// The same, as wide, coloured by how much there is left.
    String painted() {
        String colour = GREEN;
        if (share() >= NEARLY) {
            colour = share() > 1 ? RED : YELLOW;
        }
        return colour + drawn() + PLAIN + percentage();
    }
}
