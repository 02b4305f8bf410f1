package io.quafka.program;

import io.quafka.program.cli.CommandLineInterface;

/// The program's entry point: `quafka COMMAND`.
public final class Quafka {
    private Quafka() {}

    public static void main(String[] args) {
        int exitCode = CommandLineInterface.run(args);
        System.exit(exitCode);
    }
}
