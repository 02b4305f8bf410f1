package io.quafka.program.cli;

/// What the program returns to the shell.
final class ExitCode {
    static final int OK = 0;

    /// The command was understood and could not be done: refused, unreachable, a data directory in
    /// use.
    static final int FAILED = 1;

    /// The command or a setting was not understood.
    static final int USAGE = 2;

    private ExitCode() {}
}
