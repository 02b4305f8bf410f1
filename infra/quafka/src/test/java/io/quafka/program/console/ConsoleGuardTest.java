package io.quafka.program.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpEndpoint.Answer;
import io.quafka.wire.HttpEndpoint.Question;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleGuardTest {
    private static final String HERE = "127.0.0.1";

    @ParameterizedTest
    @CsvSource({
        ",      127.0.0.1,   false, true",
        ",      localhost,   false, true",
        ",      ::1,         false, true",
        ",      0.0.0.0,     false, false",
        ",      *,           false, false",
        ",      192.0.2.1,   false, false",
        ",      127.0.0.1,   true,  false",
        "true,  0.0.0.0,     false, true",
        "true,  192.0.2.1,   true,  true",
        "false, 127.0.0.1,   false, false"
    })
    void isOpenWhereNobodyElseComes(
            Boolean enabled, String listenHost, boolean authenticate, boolean open) {
        ConsoleGuard guard =
                new ConsoleGuard(Optional.ofNullable(enabled), listenHost, authenticate);

        assertThat(status(guard, "/api/x", Map.of("host", "localhost:9092")))
                .isEqualTo(open ? 200 : 403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:9092", "127.0.0.1:9092", "[::1]:9092"})
    void answersToThisMachinesNames(String host) {
        assertThat(status(byDefault(), "/console", Map.of("host", host))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", ""})
    void answersToNoOtherName(String host) {
        assertThat(status(byDefault(), "/console", Map.of("host", host))).isEqualTo(403);
        ConsoleGuard open = new ConsoleGuard(Optional.of(true), HERE, false);
        assertThat(status(open, "/console", Map.of("host", host))).isEqualTo(200);
    }

    @Test
    void pagesOfOtherSitesMayLinkButNotAsk() {
        for (ConsoleGuard guard :
                List.of(byDefault(), new ConsoleGuard(Optional.of(true), HERE, false))) {
            for (String site : List.of("cross-site", "same-site")) {
                Map<String, String> headers = Map.of("host", HERE, "sec-fetch-site", site);
                assertThat(status(guard, "/api/x", headers)).isEqualTo(403);
                assertThat(status(guard, "/console", headers)).isEqualTo(200);
            }
            Map<String, String> own = Map.of("host", HERE, "sec-fetch-site", "same-origin");
            assertThat(status(guard, "/api/x", own)).isEqualTo(200);
        }
    }

    @Test
    void everyAnswerForbidsWhatThePageDoesNotNeed() {
        for (String host : List.of(HERE, "evil.example")) {
            Answer answer = ask(byDefault(), "/api/x", Map.of("host", host));
            assertThat(answer.headers().get("Content-Security-Policy"))
                    .startsWith("default-src 'none';")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers()).containsEntry("X-Content-Type-Options", "nosniff");
        }
    }

    private static ConsoleGuard byDefault() {
        return new ConsoleGuard(Optional.empty(), HERE, false);
    }

    private static int status(ConsoleGuard guard, String path, Map<String, String> headers) {
        return ask(guard, path, headers).status();
    }

    private static Answer ask(ConsoleGuard guard, String path, Map<String, String> headers) {
        HttpEndpoint resource = HttpEndpoint.get(path, () -> Answer.text(200, "fine"));
        return guard.guard(List.of(resource))
                .getFirst()
                .action()
                .apply(new Question(path, Map.of(), Map.of(), headers, new byte[0]));
    }
}
