package io.quafka.program.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a password comes from: a file, or standard input. It never stands on a command line, where
/// others see it.
final class PasswordOption {
    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "Read the password from this file, which has nothing else in it (default: standard input; asked for at a terminal).")
    private @Nullable Path file;

    /// @throws CommandFailedException if there is none
    String read() throws IOException {
        String password = file == null ? entered() : Files.readString(file).strip();
        if (password.isEmpty()) {
            throw new CommandFailedException("the password is empty");
        }
        return password;
    }

    private static String entered() throws IOException {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            char[] once = console.readPassword("Password: ");
            char[] again = console.readPassword("Again: ");
            if (once == null || again == null) {
                throw new CommandFailedException("no password was given");
            }
            if (!String.valueOf(once).equals(String.valueOf(again))) {
                throw new CommandFailedException("the two are not the same");
            }
            return String.valueOf(once);
        }
        String line =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                        .readLine();
        return line == null ? "" : line.strip();
    }
}
