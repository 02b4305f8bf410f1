package io.quafka.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/// A broker's own figures.
final class Metrics {
    private Metrics() {}

    /// The figure's value now.
    ///
    /// @throws AssertionError if the broker does not tell it
    static double read(BrokerProcess broker, String name) throws IOException, InterruptedException {
        return text(broker)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not told: " + name));
    }

    /// All that the broker tells now.
    static String text(BrokerProcess broker) throws IOException, InterruptedException {
        return text(broker.bootstrap());
    }

    /// All that whoever serves there tells now.
    ///
    /// @param address host:port
    static String text(String address) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://" + address + "/metrics");
            return client.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
