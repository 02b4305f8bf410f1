package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitecturePageTest {
    private static final Path ROOT = Path.of("../..");
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z]+[A-Za-z]*)`");

    @Test
    void everyClassItNamesExists() throws IOException {
        Set<String> named =
                CLASS_NAME
                        .matcher(Files.readString(ROOT.resolve("docs/ARCHITECTURE.md")))
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSizeGreaterThan(40);
        assertThat(sourceFiles()).containsAll(named);
    }

    private static Set<String> sourceFiles() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module :
                List.of(
                        "infra/wire",
                        "controller",
                        "tiering",
                        "storage",
                        "gateway",
                        "infra/quafka")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".java"))
                        .forEach(name -> names.add(name.substring(0, name.length() - 5)));
            }
        }
        return names;
    }
}
