package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rows for people, in aligned columns, or for machines, in JSON.
final class Output {
    private static final String GAP = "  ";

    private Output() {}

    /// @param rows all with the same keys in the same order
    static void print(PrintWriter out, List<? extends Map<String, Object>> rows, boolean json) {
        if (json) {
            out.println(Json.write(rows));
        } else if (!rows.isEmpty()) {
            table(out, rows);
        }
        out.flush();
    }

    private static void table(PrintWriter out, List<? extends Map<String, Object>> rows) {
        table(out, rows, false);
    }

    /// @param colour whether bars have any
    static void table(PrintWriter out, List<? extends Map<String, Object>> rows, boolean colour) {
        if (rows.isEmpty()) {
            return;
        }
        List<String> names = List.copyOf(rows.getFirst().keySet());
        int[] widths = widths(names, rows);
        StringBuilder head = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            Object first = rows.getFirst().get(names.get(i));
            head.append(padded(title(names.get(i)), first, widths[i])).append(GAP);
        }
        out.println(head.toString().stripTrailing());
        for (Map<String, Object> row : rows) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                Object value = row.get(names.get(i));
                String cell = padded(String.valueOf(value), value, widths[i]);
                if (colour && value instanceof Bar bar) {
                    cell = cell.replace(bar.toString(), bar.painted());
                }
                text.append(cell).append(GAP);
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /// Columns that a table of these rows has.
    static int width(List<? extends Map<String, Object>> rows) {
        if (rows.isEmpty()) {
            return 0;
        }
        int width = -GAP.length();
        for (int column : widths(List.copyOf(rows.getFirst().keySet()), rows)) {
            width += column + GAP.length();
        }
        return width;
    }

    private static int[] widths(List<String> names, List<? extends Map<String, Object>> rows) {
        int[] widths = new int[names.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = title(names.get(i)).length();
            for (Map<String, Object> row : rows) {
                widths[i] = Math.max(widths[i], String.valueOf(row.get(names.get(i))).length());
            }
        }
        return widths;
    }

    private static String title(String name) {
        return name.toUpperCase(Locale.ROOT);
    }

    /// @param value whose text it is, or that of its column's first row
    private static String padded(String text, @Nullable Object value, int width) {
        String padding = " ".repeat(width - text.length());
        return value instanceof Number || value instanceof Figure ? padding + text : text + padding;
    }
}
