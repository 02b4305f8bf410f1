package io.quafka.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts that run before any Java does, under the machine's `sh`.
class LauncherScriptsTest {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    @TempDir private Path home;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void plainEnvironment() {
        environment.put("HOME", home.toString());
        environment.put("PATH", "/usr/bin:/bin");
    }

    @Test
    void javaHomeIsTakenIfNewEnough() throws Exception {
        environment.put("JAVA_HOME", jdk("mine", "25.0.1").toString());
        assertThat(find("")).endsWith("/mine");
    }

    @Test
    void anOldJavaHomeIsPassedOverForTheJavaOnThePath() throws Exception {
        environment.put("JAVA_HOME", jdk("old", "17.0.9").toString());
        Path bin = Files.createDirectories(home.resolve("links"));
        Files.createSymbolicLink(bin.resolve("java"), jdk("linked", "26-ea").resolve("bin/java"));
        environment.put("PATH", bin + ":/usr/bin:/bin");
        assertThat(find("")).endsWith("/linked");
    }

    @Test
    void ofTheUsualPlacesTheNewestIsTaken() throws Exception {
        jdk(".sdkman/candidates/java/97.0.2-tem", "97.0.2");
        jdk(".sdkman/candidates/java/99-open", "99");
        jdk(".sdkman/candidates/java/98.1-zulu", "98.1");
        assertThat(find("JDK_FEATURE_MIN=97;")).endsWith("/99-open");
    }

    @Test
    void aRuntimeWithoutACompilerIsNoJdk() throws Exception {
        Path runtime = jdk("runtime", "99");
        Files.delete(runtime.resolve("bin/javac"));
        environment.put("JAVA_HOME", runtime.toString());
        assertMissing();
    }

    @Test
    void withoutAJdkOneLineSaysWhatIsMissing() throws Exception {
        assertMissing();
    }

    private void assertMissing() throws Exception {
        Shell ran = sh("JDK_FEATURE_MIN=99; find_jdk");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err().lines())
                .singleElement()
                .asString()
                .contains("JDK 99 or newer is missing", "JAVA_HOME");
    }

    @Test
    void mavenOfAnotherChecksumIsNotUsed() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] body = "no archive".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        try {
            environment.put("JAVA_HOME", System.getProperty("java.home"));
            environment.put("MVNW_REPOURL", "http://127.0.0.1:" + server.getAddress().getPort());
            Shell ran = Shell.run(ROOT, environment, List.of("./mvnw", "--version"));
            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.err()).contains("SHA-512", "not used");
        } finally {
            server.stop(0);
        }
        try (Stream<Path> left = Files.walk(home.resolve(".m2/wrapper/dists"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void mavenThatCannotBeFetchedIsToldInOneLine() throws Exception {
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("MVNW_REPOURL", "http://127.0.0.1:1/maven");
        Shell ran = Shell.run(ROOT, environment, List.of("./mvnw", "--version"));
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("mvnw: cannot get http://127.0.0.1:1/maven/");
    }

    @Test
    void theLauncherBuildsWhatIsMissingOrStaleAndNothingElse() throws Exception {
        Path tree = treeWithAFakeBuild();
        assertThat(launch(tree).err()).contains("building", "rehearsing");
        assertThat(launch(tree).err()).isEmpty();
        Path source = tree.resolve("controller/src/main/A.java");
        assertThat(launch(tree).out()).contains("-jar", "topic list");

        // The build leaves the program's own jar as it is, and that is no reason to build again.
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusMillis(50)));
        await().until(() -> Files.getLastModifiedTime(source).toInstant().isBefore(Instant.now()));
        assertThat(launch(tree).err()).contains("building what changed", "rehearsing");
        assertThat(launch(tree).err()).isEmpty();
        assertThat(Files.readAllLines(tree.resolve("builds"))).hasSize(2);
    }

    private Shell launch(Path tree) throws Exception {
        Shell ran = Shell.run(tree, environment, List.of("./quafka", "topic", "list"));
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        return ran;
    }

    /// The launcher over sources of no account, a build that only copies, and a JDK that only
    /// prints.
    private Path treeWithAFakeBuild() throws Exception {
        Path tree = Files.createDirectory(home.resolve("tree"));
        for (String script :
                List.of("quafka", ".mvn/find-jdk.sh", "infra/quafka/src/main/launcher/run.sh")) {
            Files.createDirectories(tree.resolve(script).getParent());
            Files.copy(
                    ROOT.resolve(script), tree.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        for (String module :
                List.of("infra/wire", "controller", "storage", "gateway", "infra/quafka")) {
            Path sources = Files.createDirectories(tree.resolve(module).resolve("src/main"));
            Files.writeString(sources.resolve("A.java"), "");
            Files.writeString(tree.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(tree.resolve("pom.xml"), "");
        script(
                tree.resolve("mvnw"),
                """
                cd "${0%/*}"; echo built >>builds; mkdir -p infra/quafka/target/lib
                [ -f infra/quafka/target/quafka.jar ] || : >infra/quafka/target/quafka.jar
                : >infra/quafka/target/lib/controller.jar
                """);
        Path jdk = jdk("fake", "25");
        script(
                jdk.resolve("bin/java"),
                """
                for arg; do
                    case $arg in -XX:AOTCacheOutput=*) echo cache >"${arg#*=}"; exit ;; esac
                done
                echo "$*"
                """);
        environment.put("JAVA_HOME", jdk.toString());
        return tree;
    }

    private static void script(Path file, String commands) throws IOException {
        Files.writeString(file, "#!/bin/sh\nset -eu\n" + commands);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String find(String before) throws Exception {
        Shell ran = sh(before + " find_jdk && echo \"$JAVA_HOME\"");
        assertThat(ran.err()).isEmpty();
        return ran.out().strip();
    }

    private Shell sh(String commands) throws Exception {
        return Shell.run(
                ROOT, environment, List.of("/bin/sh", "-euc", ". ./.mvn/find-jdk.sh; " + commands));
    }

    private Path jdk(String name, String version) throws IOException {
        Path directory = home.resolve(name);
        Path bin = Files.createDirectories(directory.resolve("bin"));
        for (String program : List.of("java", "javac")) {
            Files.createFile(
                    bin.resolve(program),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        Files.writeString(directory.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return directory;
    }
}
