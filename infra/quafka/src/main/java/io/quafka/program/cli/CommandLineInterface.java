package io.quafka.program.cli;

import io.quafka.program.config.ConfigException;
import io.quafka.program.roles.StartException;
import java.io.PrintWriter;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/// Runs one command, and turns what went wrong into one line and an exit code.
public final class CommandLineInterface {
    private CommandLineInterface() {}

    /// @return what to give [System#exit]
    public static int run(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new RootCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedSubcommandsAllowed(false)
                .setUsageHelpAutoWidth(true)
                .setExitCodeExceptionMapper(CommandLineInterface::exitCode)
                .setExecutionExceptionHandler(CommandLineInterface::report);
    }

    private static int report(Exception e, CommandLine command, ParseResult parsed) {
        Throwable cause = unwrapped(e);
        PrintWriter err = command.getErr();
        err.println("quafka: " + message(cause));
        if (!isExpected(cause)) {
            cause.printStackTrace(err);
        }
        err.flush();
        return exitCode(cause);
    }

    private static int exitCode(Throwable e) {
        return e instanceof ConfigException || e instanceof CommandLine.ParameterException
                ? ExitCode.USAGE
                : ExitCode.FAILED;
    }

    private static boolean isExpected(Throwable e) {
        return e instanceof CommandFailedException
                || e instanceof ConfigException
                || e instanceof StartException
                || e instanceof org.apache.kafka.common.KafkaException
                || e instanceof java.io.IOException;
    }

    private static Throwable unwrapped(Throwable e) {
        Throwable cause = e;
        while ((cause instanceof ExecutionException
                        || cause instanceof java.io.UncheckedIOException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String message(Throwable e) {
        if (e instanceof java.nio.file.NoSuchFileException missing) {
            return "no such file: " + missing.getFile();
        }
        if (e instanceof org.apache.kafka.common.errors.TimeoutException) {
            return "no answer in time: " + e.getMessage();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
