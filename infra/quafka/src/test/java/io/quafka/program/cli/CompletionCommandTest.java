package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionCommandTest {
    @TempDir private Path directory;

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        StringWriter out = new StringWriter();
        CommandLine quafka = CommandLineInterface.commandLine().setOut(new PrintWriter(out));
        assertThat(quafka.execute("completion", "bash")).isEqualTo(ExitCode.OK);
        Path script = Files.writeString(directory.resolve("completion"), out.toString());

        assertThat(completed(script, "quafka retention p", 2)).isEqualTo("plan");
        assertThat(completed(script, "quafka topic create --part", 3)).isEqualTo("--partitions");
    }

    @Test
    void otherShellsAreNotUnderstood() {
        CommandLine quafka =
                CommandLineInterface.commandLine().setErr(new PrintWriter(new StringWriter()));
        assertThat(quafka.execute("completion", "fish")).isEqualTo(ExitCode.USAGE);
    }

    /// What a bash that has the script makes of a line, asked as bash itself asks.
    private static String completed(Path script, String line, int word) throws Exception {
        String ask =
                "compopt() { :; }; source %s; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; _complete_quafka; echo ${COMPREPLY[*]}"
                        .formatted(script, line, word, line);
        Process bash = new ProcessBuilder("bash", "-c", ask).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said.strip();
    }
}
