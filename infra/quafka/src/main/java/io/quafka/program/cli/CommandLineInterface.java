package io.quafka.program.cli;

import io.quafka.program.config.ConfigException;
import io.quafka.program.roles.StartException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/// Runs one command, and turns what went wrong into one line and an exit code.
public final class CommandLineInterface {
    /// By name, in the order of the help.
    private static final List<Map.Entry<String, Class<?>>> COMMANDS =
            List.of(
                    Map.entry("broker", BrokerCommand.class),
                    Map.entry("gateway", GatewayCommand.class),
                    Map.entry("storage", StorageCommand.class),
                    Map.entry("controller", ControllerCommand.class),
                    Map.entry("quorum", QuorumCommand.class),
                    Map.entry("topic", TopicCommand.class),
                    Map.entry("group", GroupCommand.class),
                    Map.entry("user", UserCommand.class),
                    Map.entry("acl", AclCommand.class),
                    Map.entry("quota", QuotaCommand.class),
                    Map.entry("retention", RetentionCommand.class),
                    Map.entry("node", NodeCommand.class),
                    Map.entry("produce", ProduceCommand.class),
                    Map.entry("consume", ConsumeCommand.class),
                    Map.entry("config", ConfigCommand.class),
                    Map.entry("object", ObjectCommand.class),
                    Map.entry("recover", RecoverCommand.class),
                    Map.entry("completion", CompletionCommand.class),
                    Map.entry("rehearse", RehearseCommand.class));

    private CommandLineInterface() {}

    /// @return what to give [System#exit]
    public static int run(String... args) {
        return commandLine(asked(args)).execute(args);
    }

    /// The command that the arguments begin with, or all: a model of every command takes longer to
    /// build than most commands run.
    static List<Map.Entry<String, Class<?>>> asked(String... args) {
        List<Map.Entry<String, Class<?>>> named =
                COMMANDS.stream()
                        .filter(command -> args.length > 0 && command.getKey().equals(args[0]))
                        .toList();
        return named.isEmpty() ? COMMANDS : named;
    }

    /// Knows every command.
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static CommandLine commandLine(List<Map.Entry<String, Class<?>>> commands) {
        CommandLine root = new CommandLine(new RootCommand());
        commands.forEach(command -> root.addSubcommand(command.getKey(), command.getValue()));
        return root.setCaseInsensitiveEnumValuesAllowed(true)
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
