package io.quafka.controller.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.RetentionShares;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Shares of the disks, as commands give and refuse them.
class SharesTest {
    private static final String LOCAL = "local.retention.percent";

    private long drawn;
    private ClusterImage image = ClusterImage.EMPTY;

    @BeforeEach
    void node() {
        decide(
                new Command.RegisterNode(
                        new Uuid(1, 1),
                        Set.of(NodeRole.STORAGE),
                        null,
                        new Endpoint("host", 9093),
                        null,
                        2));
    }

    @Test
    void whatExceedsTheWholeIsRefusedAndSaysWhoHoldsWhat() {
        assertThat(create("a", "60").error()).isEqualTo(Errors.NONE);
        assertThat(create("b", "27.5").error()).isEqualTo(Errors.NONE);
        TopicOutcome refused = create("c", "12.5001");
        assertThat(refused.error()).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(refused.message())
                .contains("12.5001 % for topic c makes 100.0001 % together")
                .contains("12.5 % is left")
                .contains("a 60 %, b 27.5 %");
        assertThat(create("c", "12.5").error()).isEqualTo(Errors.NONE);
        assertThat(shares("c")).isEqualTo(new RetentionShares(125_000, 0));
    }

    @Test
    void ofTwoAltersThatBothFitAloneTheSecondIsRefused() {
        create("a", "");
        create("b", "");
        Map<ConfigResource, List<ConfigChange>> both = new LinkedHashMap<>();
        both.put(topic("a"), List.of(set("60")));
        both.put(topic("b"), List.of(set("60")));
        for (boolean validateOnly : new boolean[] {true, false}) {
            Map<ConfigResource, Outcome> outcomes = alter(both, validateOnly);
            assertThat(error(outcomes, "a")).isEqualTo(Errors.NONE);
            assertThat(error(outcomes, "b")).isEqualTo(Errors.INVALID_CONFIG);
        }
        assertThat(shares("a").local()).isEqualTo(600_000);
        assertThat(shares("b")).isEqualTo(RetentionShares.NONE);
        assertThat(error(alter(Map.of(topic("b"), List.of(set("40"))), false), "b"))
                .isEqualTo(Errors.NONE);
        assertThat(error(alter(Map.of(topic("a"), List.of(set("59"))), false), "a"))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void topicsOfOneCommandCountTogether() {
        Reply.Topics reply =
                (Reply.Topics)
                        decide(
                                new Command.CreateTopics(
                                        List.of(fresh("a", "60"), fresh("b", "60")), false));
        assertThat(reply.outcomes())
                .extracting(TopicOutcome::error)
                .containsExactly(Errors.NONE, Errors.INVALID_CONFIG);
    }

    @Test
    void aDeletedTopicsShareIsFree() {
        create("a", "100");
        decide(new Command.DeleteTopics(List.of(new Command.TopicRef("a", Uuid.ZERO_UUID))));
        assertThat(create("b", "100").error()).isEqualTo(Errors.NONE);
    }

    @Test
    void theClustersDefaultCountsForEveryTopicButInternalOnes() {
        create("a", "");
        create("b", "30");
        decide(
                new Command.CreateTopics(
                        List.of(new NewTopic("__own", 1, 1, Map.of(), Map.of(), true)), false));
        ConfigResource cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
        ConfigChange most = new ConfigChange("log." + LOCAL, ConfigOp.SET, "70.5");
        Outcome refused =
                Objects.requireNonNull(alter(Map.of(cluster, List.of(most)), false).get(cluster));
        assertThat(refused.error()).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(refused.message()).contains("100.5 %").contains("a 70.5 %, b 30 %");
        ConfigChange fitting = new ConfigChange("log." + LOCAL, ConfigOp.SET, "70");
        assertThat(
                        Objects.requireNonNull(
                                        alter(Map.of(cluster, List.of(fitting)), false)
                                                .get(cluster))
                                .error())
                .isEqualTo(Errors.NONE);
        assertThat(shares("a").local()).isEqualTo(700_000);
        assertThat(shares("__own")).isEqualTo(RetentionShares.NONE);
        assertThat(create("c", "").error()).isEqualTo(Errors.INVALID_CONFIG);
    }

    @Test
    void internalTopicsTakeNone() {
        decide(
                new Command.CreateTopics(
                        List.of(new NewTopic("__own", 1, 1, Map.of(), Map.of(), true)), false));
        Map<ConfigResource, Outcome> outcomes =
                alter(Map.of(topic("__own"), List.of(set("5"))), false);
        assertThat(error(outcomes, "__own")).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(Objects.requireNonNull(outcomes.get(topic("__own"))).message())
                .contains("internal");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-0.0", "-5", "100.0001", "1.0E300", "NaN", "Infinity", "half", ""})
    void whatIsNoPercentageIsRefusedByNameAndTheOldShareStays(String percent) {
        create("a", "60");
        for (boolean validateOnly : new boolean[] {true, false}) {
            Outcome refused =
                    Objects.requireNonNull(
                            alter(Map.of(topic("a"), List.of(set(percent))), validateOnly)
                                    .get(topic("a")));
            assertThat(refused.error()).isEqualTo(Errors.INVALID_CONFIG);
            assertThat(refused.message()).contains(LOCAL).contains(percent);
        }
        if (!percent.isEmpty()) {
            TopicOutcome created = create("b", percent);
            assertThat(created.error()).isEqualTo(Errors.INVALID_CONFIG);
            assertThat(created.message()).contains("more than 0 and at most 100", "four decimals");
            assertThat(image.topic("b")).isNull();
        }
        assertThat(shares("a")).isEqualTo(new RetentionShares(600_000, 0));
    }

    private static Errors error(Map<ConfigResource, Outcome> outcomes, String name) {
        return Objects.requireNonNull(outcomes.get(topic(name))).error();
    }

    private Reply decide(Command<?> command) {
        drawn++;
        Decision decision =
                ControllerLogic.decide(image, command, IdSource.from(new Uuid(drawn, drawn)));
        image = decision.applyTo(image);
        return decision.reply();
    }

    private TopicOutcome create(String name, String percent) {
        return ((Reply.Topics)
                        decide(new Command.CreateTopics(List.of(fresh(name, percent)), false)))
                .outcomes()
                .getFirst();
    }

    private static NewTopic fresh(String name, String percent) {
        Map<String, String> configs = percent.isEmpty() ? Map.of() : Map.of(LOCAL, percent);
        return new NewTopic(name, 1, 1, Map.of(), configs, false);
    }

    private Map<ConfigResource, Outcome> alter(
            Map<ConfigResource, List<ConfigChange>> changes, boolean validateOnly) {
        return ((Reply.Configs) decide(new Command.AlterConfigs(changes, false, validateOnly)))
                .outcomes();
    }

    private static ConfigChange set(String percent) {
        return new ConfigChange(LOCAL, ConfigOp.SET, percent);
    }

    private RetentionShares shares(String name) {
        return Objects.requireNonNull(image.topic(name)).settings().shares();
    }

    private static ConfigResource topic(String name) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }
}
