package io.quafka.program.cli;

import io.quafka.controller.raft.Quorum.MemberState;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.ControllerMember;
import io.quafka.program.roles.QuorumChanges;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka quorum ...`.
@Command(
        name = "quorum",
        header = "Show the controller's members, take one in or leave one out.",
        description = {
            "A member is replaced in two steps: start the new one with --join and add it, then remove the old one and stop"
                    + " it. Change controller.members everywhere afterwards: processes read it when they start."
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka quorum list --members 1@10.0.0.1:9190,2@10.0.0.2:9190,3@10.0.0.3:9190",
            "  quafka controller --join --id 4 --members 1@10.0.0.1:9190,4@10.0.0.4:9190",
            "  quafka quorum add 4@10.0.0.4:9190 --members 1@10.0.0.1:9190",
            "  quafka quorum remove 1 --members 4@10.0.0.4:9190"
        })
final class QuorumCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which: list, add or remove?");
    }

    /// Where the members are.
    static final class Where {
        @Mixin private ConfigOptions options = new ConfigOptions();

        @Option(
                names = "--members",
                paramLabel = "[ID@]HOST:PORT,...",
                description =
                        "Members to ask, one that is up is enough (controller.members; default: 1@127.0.0.1:9190).")
        private @Nullable String members;

        QuorumChanges quorum() {
            Map<io.quafka.program.config.ConfigKey<?>, @Nullable String> flags =
                    new LinkedHashMap<>();
            flags.put(ConfigKeys.CONTROLLER_MEMBERS, members);
            try {
                return new QuorumChanges(options.load(flags));
            } catch (IOException e) {
                throw new CommandFailedException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Command(name = "list", header = "Show the members and who leads.")
    int list(
            @Mixin Where where,
            @Option(names = "--json", description = "Print for machines.") boolean json) {
        try (QuorumChanges quorum = where.quorum()) {
            print(quorum, json);
        }
        return ExitCode.OK;
    }

    @Command(name = "add", header = "Take a member in that was started with --join.")
    int add(
            @Mixin Where where,
            @Parameters(paramLabel = "ID@HOST:PORT", description = "The new member.")
                    String member) {
        try (QuorumChanges quorum = where.quorum()) {
            quorum.add(ControllerMember.parse(member));
            print(quorum, false);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new CommandFailedException("not added: " + e.getMessage());
        }
        return ExitCode.OK;
    }

    @Command(name = "remove", header = "Leave a member out; stop its process afterwards.")
    int remove(
            @Mixin Where where,
            @Parameters(paramLabel = "ID", description = "The member.") int member) {
        try (QuorumChanges quorum = where.quorum()) {
            quorum.remove(member);
            print(quorum, false);
        } catch (IOException e) {
            throw new CommandFailedException("not removed: " + e.getMessage());
        }
        return ExitCode.OK;
    }

    private void print(QuorumChanges quorum, boolean json) {
        List<Map<String, Object>> rows = new ArrayList<>();
        boolean led = false;
        for (MemberState member : quorum.members()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("member", member.id());
            row.put("address", member.address().toString());
            row.put("role", member.role());
            row.put("applied", member.applied());
            rows.add(row);
            led |= member.leads();
        }
        PrintWriter out = spec.commandLine().getOut();
        Output.print(out, rows, json);
        if (!led) {
            throw new CommandFailedException("no member leads: a majority has to be up");
        }
    }
}
