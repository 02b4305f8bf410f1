package io.quafka.program.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    @TempDir private Path directory;

    @Test
    void flagsGoOverEnvironmentOverFileOverDefaults() throws IOException {
        Path file = file("a.yaml", "num:\n  partitions: 2\nstorage:\n  shards: 2\n  fsync: os\n");
        Configuration loaded =
                Configuration.load(
                        file,
                        Map.of("QUAFKA_NUM_PARTITIONS", "3", "QUAFKA_STORAGE_SHARDS", "3"),
                        Map.of("num.partitions", "4"));

        assertThat(loaded.get(ConfigKeys.NUM_PARTITIONS)).isEqualTo(4);
        assertThat(loaded.source(ConfigKeys.NUM_PARTITIONS)).isEqualTo("flags");
        assertThat(loaded.get(ConfigKeys.STORAGE_SHARDS)).isEqualTo(3);
        assertThat(loaded.source(ConfigKeys.STORAGE_SHARDS)).isEqualTo("environment");
        assertThat(loaded.get(ConfigKeys.STORAGE_FSYNC)).isEqualTo(FsyncMode.OS);
        assertThat(loaded.source(ConfigKeys.STORAGE_FSYNC)).isEqualTo("file " + file);
        assertThat(loaded.get(ConfigKeys.GATEWAY_LISTEN)).isEqualTo(new Address("127.0.0.1", 9092));
        assertThat(loaded.source(ConfigKeys.GATEWAY_LISTEN))
                .isEqualTo(Configuration.DEFAULT_SOURCE);
    }

    @Test
    void yamlListsAndPropertiesAndDottedYamlKeysAreRead() throws IOException {
        List<ControllerMember> members =
                List.of(
                        new ControllerMember(1, new Address("a", 1)),
                        new ControllerMember(2, new Address("b", 2)));
        for (Path file :
                List.of(
                        file("list.yaml", "controller:\n  members:\n    - 1@a:1\n    - 2@b:2\n"),
                        file("dotted.yml", "controller.members: '1@a:1, 2@b:2'\n"),
                        file("c.properties", "controller.members=1@a:1,2@b:2\n"))) {
            assertThat(
                            Configuration.load(file, Map.of(), Map.of())
                                    .get(ConfigKeys.CONTROLLER_MEMBERS))
                    .as("%s", file)
                    .isEqualTo(members);
        }
    }

    @Test
    void theControllerMayBeToldAsAPlaceToAsk() {
        assertThat(
                        Configuration.load(
                                        null,
                                        Map.of(),
                                        Map.of("controller.members", "quafka.example:9190"))
                                .get(ConfigKeys.CONTROLLER_MEMBERS))
                .containsExactly(
                        new ControllerMember(
                                ControllerMember.UNTOLD, new Address("quafka.example", 9190)));
    }

    @Test
    void everyDefaultParses() {
        Configuration defaults = Configuration.load(null, Map.of(), Map.of());
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            assertThat(defaults.<Object>get(anyOf(key))).as(key.name()).isNotNull();
        }
    }

    @SuppressWarnings("unchecked")
    private static ConfigKey<Object> anyOf(ConfigKey<?> key) {
        return (ConfigKey<Object>) key;
    }

    @Test
    void unknownKeysAreRefusedWithTheNearestKnownOne() throws IOException {
        Path file = file("bad.yaml", "storage:\n  fsnyc: os\n");
        assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'storage.fsnyc' in file " + file)
                .hasMessageContaining("did you mean storage.fsync?");
        assertThatThrownBy(() -> Configuration.load(null, Map.of(), Map.of("gateway.lisen", "a:1")))
                .hasMessageContaining("'gateway.lisen' in the flags: did you mean gateway.listen?");
        assertThatThrownBy(() ->
                        Configuration.load(null, Map.of("QUAFKA_STORAGE_SHARD", "1"), Map.of()))
                .hasMessageContaining("did you mean QUAFKA_STORAGE_SHARDS?");
    }

    @Test
    void aNameLikeNoKeyIsRefusedWithoutAGuess() {
        assertThatThrownBy(() -> Configuration.load(null, Map.of(), Map.of("zzzzzzzzzzzzzzz", "1")))
                .isInstanceOf(ConfigException.class)
                .message()
                .doesNotContain("did you mean");
    }

    @Test
    void variablesOfOthersArePassedOver() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", "/bin");
        environment.put("QUAFKA_JAVA_OPTS", "-Xint");
        environment.put("QUAFKA_SERVICE_HOST", "10.0.0.1");
        environment.put("QUAFKA_GATEWAY_PORT", "tcp://10.0.0.1:9092");
        environment.put("QUAFKA_GATEWAY_PORT_9092_TCP_ADDR", "10.0.0.1");
        environment.put("QUAFKA_GATEWAY_SERVICE_PORT_KAFKA", "9092");
        Configuration loaded = Configuration.load(null, environment, Map.of());
        assertThat(ConfigKeys.ALL)
                .allSatisfy(key ->
                        assertThat(loaded.source(key)).isEqualTo(Configuration.DEFAULT_SOURCE));
    }

    @ParameterizedTest
    @CsvSource({
        "num.partitions, 0, at least|1 to 100000",
        "num.partitions, many, whole number",
        "auto.create.topics.enable, yes, true or false",
        "storage.fsync, never, group or os",
        "storage.segment.bytes, 64 parsecs, expected bytes",
        "storage.segment.bytes, 99999999999999999999GiB, fewer bytes",
        "shutdown.drain.max, 10, expected a duration",
        "gateway.listen, 9092, HOST:PORT",
        "controller.members, 0@h:9190, ID@HOST:PORT",
        "controller.members, h, HOST:PORT",
        "gateway.listen, ::1:9092, HOST:PORT",
        "gateway.listen, h:99999, not an address"
    })
    void aWrongValueIsRefusedInWordsThatNameKeyAndSource(
            String key, String value, String expected) {
        assertThatThrownBy(() -> Configuration.load(null, Map.of(), Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(key + " in flags: ")
                .message()
                .containsPattern(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing.yaml", "."})
    void aFileThatCannotBeReadIsNamed(String name) {
        Path file = directory.resolve(name);
        assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aBrokenFileIsNamed() throws IOException {
        Path file = file("broken.yaml", "storage: [1, 2\n");
        assertThatThrownBy(() -> Configuration.load(file, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 65536",
        "64KiB, 65536",
        "1 MiB, 1048576",
        "2GB, 2000000000",
        "1TiB, 1099511627776"
    })
    void sizesHaveUnits(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
        assertThat(Sizes.parse(Sizes.format(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"1500ms, 1500", "30s, 30000", "5m, 300000", "7d, 604800000"})
    void durationsHaveUnits(String text, long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(Durations.parse(text)).isEqualTo(duration);
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @Test
    void bracketsHoldAnIpv6Host() {
        Address address = Address.parse("[::1]:9092");
        assertThat(address).isEqualTo(new Address("::1", 9092));
        assertThat(address).hasToString("[::1]:9092");
        assertThat(Address.parse("[::]:0").isWildcard()).isTrue();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
