package io.quafka.wire;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Helidon's HTTP/1.1, serving our own [HttpEndpoint]s.
final class HttpPort {
    static final int BODY_BYTES_MAX = 1 << 20;

    private static final int UNAUTHORIZED = 401;

    private HttpPort() {}

    static ServerConnectionSelector selector() {
        return Http1ConnectionSelector.builder().config(Http1Config.create()).build();
    }

    static HttpRouting.Builder routing(List<HttpEndpoint> endpoints, HttpGuard guard) {
        HttpRouting.Builder routing = HttpRouting.builder();
        for (HttpEndpoint endpoint : endpoints) {
            routing.route(
                    Method.create(endpoint.method()),
                    endpoint.path(),
                    (request, response) -> serve(endpoint, guard, request, response));
        }
        return routing;
    }

    private static HttpGuard.Caller caller(ServerRequest request) {
        return new HttpGuard.Caller(
                ((InetSocketAddress) request.remotePeer().address()).getAddress(),
                request.isSecure(),
                request.remotePeer().tlsPrincipal().map(Principal::getName).orElse(null),
                request.headers().first(HeaderNames.AUTHORIZATION).orElse(null));
    }

    private static void serve(
            HttpEndpoint endpoint,
            HttpGuard guard,
            ServerRequest request,
            ServerResponse response) {
        HttpEndpoint.Answer refusal = guard.refuse(endpoint, caller(request));
        if (refusal != null) {
            response.status(Status.create(refusal.status()));
            response.header(HeaderNames.CONTENT_TYPE, refusal.contentType());
            if (refusal.status() == UNAUTHORIZED) {
                response.header(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"Quafka\"");
            }
            response.send(refusal.body());
            return;
        }
        Map<String, String> parameters = new HashMap<>();
        var pathParameters = request.path().pathParameters();
        pathParameters.names().forEach(name -> parameters.put(name, pathParameters.get(name)));
        Map<String, String> query = new HashMap<>();
        request.query().names().forEach(name -> query.put(name, request.query().get(name)));
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach(header -> headers.put(header.headerName().lowerCase(), header.get()));
        byte[] body =
                request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
        HttpEndpoint.Answer answer =
                endpoint.action()
                        .apply(
                                new HttpEndpoint.Question(
                                        request.path().path(), parameters, query, headers, body));
        response.status(Status.create(answer.status()));
        response.header(HeaderNames.CONTENT_TYPE, answer.contentType());
        answer.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        response.send(answer.body());
    }
}
