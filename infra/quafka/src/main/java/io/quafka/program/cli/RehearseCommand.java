package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `quafka rehearse`: goes once through what starts do, so that the JVM can keep what it loaded and
/// linked. For the launcher.
@Command(name = "rehearse", hidden = true, header = "Go through a start for the start-up cache.")
final class RehearseCommand implements Runnable {
    @Override
    public void run() {
        CommandLine commandLine = CommandLineInterface.commandLine();
        commandLine.getUsageMessage();
    }
}
