package io.quafka.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The user data of machines, as terraform's module renders it: by terraform where there is one,
/// and by replacing what stands in braces everywhere.
final class UserData {
    static final Path MODULE =
            Path.of("../../terraform/modules/quafka-machine").toAbsolutePath().normalize();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

    private UserData() {}

    /// What a machine is told.
    ///
    /// @param volume empty for none
    record Inputs(
            String machine,
            String role,
            Map<String, String> settings,
            String volume,
            String dimension,
            String sha256) {
        private boolean isGateway() {
            return role.equals("gateway");
        }
    }

    /// Without terraform.
    static String render(Inputs of) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        facts.put("role", of.role);
        facts.put("port", of.settings.getOrDefault(of.role + ".listen", ":").replaceAll(".*:", ""));
        facts.put("connections_max", "20000");
        facts.put("region", "here-1");
        facts.put("namespace", "Quafka/test");
        facts.put("dimension", of.dimension);
        if (of.isGateway()) {
            facts.putAll(Map.of("group", "group", "hook", "drain", "target_group", "targets"));
        }
        String drains = of.isGateway() ? " quafka-drain.service" : "";
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("role", of.role);
        variables.put("machine", of.machine);
        variables.put("region", "here-1");
        variables.put("log_group", "logs");
        variables.put("bucket", "bucket");
        variables.put("program_key", "program/quafka");
        variables.put("program_sha256", of.sha256);
        variables.put("volume_id", of.volume);
        variables.put("heap", "256m");
        variables.put("direct_memory", "512m");
        variables.put("properties", lines(new TreeMap<>(of.settings), "%s=%s"));
        variables.put("facts", lines(facts, "%s='%s'"));
        variables.put(
                "unit", read(MODULE.resolve("../../../infra/deploy/systemd/quafka@.service")));
        variables.put("figures", read(MODULE.resolve("files/quafka-figures")));
        variables.put("drain", read(MODULE.resolve("files/quafka-drain")));
        variables.put("units", "quafka@" + of.role + ".service quafka-figures.timer" + drains);
        return VARIABLE.matcher(Files.readString(MODULE.resolve("user-data.sh.tftpl")))
                .replaceAll(name -> Matcher.quoteReplacement(variables.get(name.group(1))));
    }

    private static String lines(Map<String, String> of, String format) {
        return of.entrySet().stream()
                .map(entry -> format.formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("\n"));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    /// The same by terraform, which needs no provider for it.
    static String renderByTerraform(Inputs of, Path directory) throws Exception {
        Path work = Files.createTempDirectory(directory, "render-");
        Files.writeString(
                work.resolve("main.tf"),
                """
                module "machine" {
                  source    = "%s"
                  machine   = "%s"
                  role      = "%s"
                  settings  = { %s }
                  memory    = { heap = "256m", direct = "512m" }
                  program   = { bucket = "bucket", key = "program/quafka", sha256 = "%s" }
                  volume_id = %s
                  watch     = { region = "here-1", namespace = "Quafka/test", dimension = "%s", log_group = "logs" }
                  scaling   = %s
                }
                output "user_data" {
                  value = module.machine.user_data
                }
                """
                        .formatted(
                                work.toRealPath().relativize(MODULE.toRealPath()),
                                of.machine,
                                of.role,
                                lines(of.settings, "\"%s\" = \"%s\"").replace("\n", ", "),
                                of.sha256,
                                of.volume.isEmpty() ? "null" : "\"" + of.volume + "\"",
                                of.dimension,
                                of.isGateway()
                                        ? "{ group = \"group\", hook = \"drain\", target_group = \"targets\" }"
                                        : "null"));
        Map<String, String> environment =
                Map.of("PATH", System.getenv("PATH"), "CHECKPOINT_DISABLE", "1");
        Run.start(work, environment, List.of("terraform", "init", "-no-color")).succeed();
        Run.start(work, environment, List.of("terraform", "apply", "-auto-approve", "-no-color"))
                .succeed();
        return Run.start(work, environment, List.of("terraform", "output", "-raw", "user_data"))
                .succeed();
    }
}
