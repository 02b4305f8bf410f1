package io.quafka.program.console;

import io.quafka.program.config.Address;
import io.quafka.wire.HttpEndpoint;
import io.quafka.wire.HttpEndpoint.Answer;
import io.quafka.wire.HttpEndpoint.Question;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who may see the console and what `/api/` answers: these know nobody's password.
///
/// | `gateway.console.enabled` | open to |
/// |---|---|
/// | empty, listening on loopback, clients not authenticated | who sits at this machine; not to pages of other sites, nor to those whose names were made to point here (DNS rebinding) |
/// | empty, otherwise | nobody |
/// | `true` | whoever reaches the port, but for pages of other sites |
/// | `false` | nobody |
public final class ConsoleGuard {
    /// Questions that are answered at once; others wait for [#TURN_MAX_MS].
    static final int AT_ONCE_MAX = 8;

    private static final long TURN_MAX_MS = 5_000;

    /// What every answer is sent with: nothing of it is kept, shown in a frame or taken for
    /// something else, and nothing but the console's own files is fetched or run.
    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
                            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                            + " require-trusted-types-for 'script'; trusted-types 'none'",
                    "X-Content-Type-Options",
                    "nosniff",
                    "X-Frame-Options",
                    "DENY",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cross-Origin-Opener-Policy",
                    "same-origin",
                    "Cross-Origin-Resource-Policy",
                    "same-origin",
                    "Cache-Control",
                    "no-store");

    /// Names that stand for this machine whatever a name server says.
    private static final Pattern THIS_MACHINE =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

    /// Where browsers say that a question comes from another site.
    private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");

    private final boolean open;
    private final boolean thisMachineOnly;
    private final Semaphore turns = new Semaphore(AT_ONCE_MAX);

    /// @param enabled as it was configured
    /// @param listenHost where the gateway listens
    /// @param clientsAuthenticate whether Kafka clients have to say who they are
    public ConsoleGuard(Optional<Boolean> enabled, String listenHost, boolean clientsAuthenticate) {
        this.thisMachineOnly = enabled.isEmpty();
        this.open =
                enabled.orElseGet(
                        () -> !clientsAuthenticate && new Address(listenHost, 0).isLoopback());
    }

    /// The same resources, for those who may see them.
    public List<HttpEndpoint> guard(List<HttpEndpoint> resources) {
        return resources.stream()
                .map(resource ->
                        new HttpEndpoint(
                                resource.method(),
                                resource.path(),
                                question -> answer(resource, question)))
                .toList();
    }

    private Answer answer(HttpEndpoint resource, Question question) {
        String refusal = refusal(question);
        Answer answer =
                refusal == null ? inTurn(resource, question) : ApiAnswers.error(403, refusal);
        Map<String, String> headers = new HashMap<>(HEADERS);
        headers.putAll(answer.headers());
        return answer.with(headers);
    }

    private @Nullable String refusal(Question question) {
        if (!open) {
            return "the console and its API are off on this gateway, for they ask for no password:"
                    + " gateway.console.enabled=true turns them on for whoever reaches its port";
        }
        if (thisMachineOnly
                && !THIS_MACHINE.matcher(question.headers().getOrDefault("host", "")).matches()) {
            return "this gateway answers here to 'localhost' and 127.0.0.1 alone:"
                    + " gateway.console.enabled=true lets it answer to other names";
        }
        boolean otherSite =
                OTHER_SITES.contains(question.headers().getOrDefault("sec-fetch-site", ""));
        return otherSite && question.path().startsWith("/api/")
                ? "pages of other sites may not ask"
                : null;
    }

    private Answer inTurn(HttpEndpoint resource, Question question) {
        boolean taken = false;
        try {
            taken = turns.tryAcquire(TURN_MAX_MS, TimeUnit.MILLISECONDS);
            return taken
                    ? resource.action().apply(question)
                    : ApiAnswers.error(503, "too many such questions at once; ask again");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return ApiAnswers.error(503, "stopping");
        } finally {
            if (taken) {
                turns.release();
            }
        }
    }
}
