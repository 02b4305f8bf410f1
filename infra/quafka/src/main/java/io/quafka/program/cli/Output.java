package io.quafka.program.cli;

import io.quafka.program.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        List<String> names = List.copyOf(rows.getFirst().keySet());
        List<List<String>> lines = new ArrayList<>();
        lines.add(names.stream().map(name -> name.toUpperCase(java.util.Locale.ROOT)).toList());
        for (Map<String, Object> row : rows) {
            lines.add(names.stream().map(name -> String.valueOf(row.get(name))).toList());
        }
        int[] widths = new int[names.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (int n = 0; n < lines.size(); n++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = lines.get(n).get(i);
                String padding = " ".repeat(widths[i] - cell.length());
                boolean number = rows.getFirst().get(names.get(i)) instanceof Number;
                text.append(number ? padding + cell : cell + padding).append(GAP);
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
