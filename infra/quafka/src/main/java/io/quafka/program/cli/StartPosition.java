package io.quafka.program.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Where reading begins.
sealed interface StartPosition {
    record Beginning() implements StartPosition {}

    record End() implements StartPosition {}

    /// @param offset from 0 up; negative: that many before the end
    record Offset(long offset) implements StartPosition {}

    record Time(Instant at) implements StartPosition {}

    /// `beginning`, `end`, an offset, a negative number from the end, or a time as in
    /// `2026-01-31T12:00:00Z`.
    ///
    /// @throws IllegalArgumentException on anything else
    static StartPosition parse(String text) {
        if (text.equals("beginning")) {
            return new Beginning();
        }
        if (text.equals("end")) {
            return new End();
        }
        try {
            return text.indexOf('T') > 0
                    ? new Time(Instant.parse(text))
                    : new Offset(Long.parseLong(text));
        } catch (DateTimeParseException | NumberFormatException _) {
            throw new IllegalArgumentException(
                    "--from wants beginning, end, an offset, or a time such as 2026-01-31T12:00:00Z, not '"
                            + text
                            + "'");
        }
    }
}
