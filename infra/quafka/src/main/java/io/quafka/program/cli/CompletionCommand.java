package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka completion`.
@Command(
        name = "completion",
        header = "Print a script that has a shell complete commands and options.",
        footerHeading = "%nExamples:%n",
        footer = {"  source <(quafka completion bash)", "  quafka completion zsh >> ~/.zshrc"})
final class CompletionCommand implements Callable<Integer> {
    /// The script finds out by itself which of them runs it.
    private enum Shell {
        BASH,
        ZSH
    }

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // set by picocli, which refuses others
    private Shell shell;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(AutoComplete.bash("quafka", CommandLineInterface.commandLine()));
        out.flush();
        return ExitCode.OK;
    }
}
