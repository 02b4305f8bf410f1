package io.quafka.testkit;

import static io.quafka.testkit.Clients.bytes;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quafka.program.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the console asks for, from outside: bounded, and about the records that are there.
@Tag("broker")
class ConsoleApiTest {
    private static final int RECORDS = 300;

    @TempDir private static Path directory;

    private static BrokerProcess broker;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(BrokerOptions.in(directory));
        http = HttpClient.newHttpClient();
        String share = "local.retention.percent";
        Clients.createTopic(broker.bootstrap(), "orders", 2, Map.of(share, "60"));
        Clients.createTopic(broker.bootstrap(), "clicks", 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of("compression.type", "zstd"))) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(new ProducerRecord<>("orders", 0, bytes("k" + i), bytes("value " + i)));
            }
            records.add(new ProducerRecord<>("clicks", 0, null, new byte[] {(byte) 0xff, 0, 7}));
            records.add(new ProducerRecord<>("clicks", 0, bytes("gone"), null));
            records.add(new ProducerRecord<>("clicks", 0, null, bytes("x".repeat(900_000))));
            Clients.sendAll(producer, records);
        }
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            admin.alterConsumerGroupOffsets(
                            "readers",
                            Map.of(
                                    new TopicPartition("orders", 0), new OffsetAndMetadata(100),
                                    new TopicPartition("clicks", 0), new OffsetAndMetadata(3)))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        http.close();
        broker.requireNoAlarms();
        broker.terminate();
    }

    @Test
    void clusterHasItsNodeAndWhatItDoes() throws Exception {
        Map<String, Object> cluster = get("/api/cluster");
        assertThat(cluster).containsEntry("topics", 2).containsEntry("partitions", 3);
        Map<?, ?> node = list(cluster, "nodes").getFirst();
        assertThat(node.get("fenced")).isEqualTo(false);
        assertThat(node.get("roles")).isEqualTo(List.of("gateway", "storage", "controller"));
        Map<?, ?> figures = (Map<?, ?>) requireNonNull(node.get("figures"));
        assertThat((Integer) figures.get("appendedBytesTotal")).isPositive();
        assertThat(figures.get("pressure")).isEqualTo(0);
    }

    @Test
    void topicsAreSearchedSortedAndCutIntoPages() throws Exception {
        Map<String, Object> all = get("/api/topics?sort=name&limit=1");
        assertThat(all).containsEntry("matching", 2).containsEntry("percentGiven", 60.0);
        assertThat(list(all, "topics")).extracting("topic").containsExactly("clicks");
        assertThat(list(get("/api/topics?sort=name&limit=1&from=1"), "topics"))
                .extracting("topic", "percent")
                .containsExactly(tuple("orders", 60.0));
        assertThat(list(get("/api/topics?search=LICK"), "topics"))
                .extracting("topic")
                .containsExactly("clicks");
    }

    @Test
    void partitionsHaveTheirEnds() throws Exception {
        assertThat(list(get("/api/partitions?topic=orders"), "partitions"))
                .extracting("partition", "start", "end")
                .containsExactly(tuple(0, 0, RECORDS), tuple(1, 0, 0));
    }

    @Test
    void groupsHaveTheirLag() throws Exception {
        Map<?, ?> group = list(get("/api/groups?search=read"), "groups").getFirst();
        assertThat(group.get("group")).isEqualTo("readers");
        assertThat(group.get("lag")).isEqualTo(RECORDS - 100);
        assertThat(group.get("topics")).isEqualTo(List.of("clicks", "orders"));
        Map<?, ?> detailed = list(get("/api/groups?group=readers"), "groups").getFirst();
        assertThat((List<?>) detailed.get("partitions"))
                .extracting("topic", "committed", "lag")
                .containsExactly(tuple("orders", 100, 200), tuple("clicks", 3, 0));
    }

    @Test
    void recordsAreReadFromWhereOneAsks() throws Exception {
        Map<String, Object> some = get("/api/records?topic=orders&partition=0&offset=120&limit=2");
        assertThat(some).containsEntry("next", 122).containsEntry("end", RECORDS);
        assertThat(list(some, "records")).extracting("offset").containsExactly(120, 121);
        assertThat(list(some, "records").getFirst().get("value"))
                .isEqualTo(Map.of("text", "value 120", "length", 9));
        Map<String, Object> newest = get("/api/records?topic=orders&partition=0&limit=1");
        assertThat(list(newest, "records")).extracting("offset").containsExactly(RECORDS - 1);
    }

    @Test
    void binaryIsHexadecimalAndTheLongIsCut() throws Exception {
        var records = list(get("/api/records?topic=clicks&offset=0"), "records");
        assertThat(records).hasSize(3);
        assertThat(records.get(0).get("value")).isEqualTo(Map.of("hex", "ff0007", "length", 3));
        assertThat(records.get(1).get("value")).isNull();
        Map<?, ?> large = (Map<?, ?>) requireNonNull(records.get(2).get("value"));
        assertThat(large.get("length")).isEqualTo(900_000);
        assertThat(large.get("text")).asString().hasSize(2048);
    }

    @Test
    void shardsLieOnNodesAndHaveNowhereElseToGo() throws Exception {
        List<Map<String, Object>> shards = list(get("/api/shards"), "shards");
        assertThat(shards).allMatch(shard -> List.of(1).equals(shard.get("replicas")));
        assertThat(list(get("/api/shards?node=1"), "shards")).isEqualTo(shards);
        assertThat(list(get("/api/shards?node=2"), "shards")).isEmpty();
        int partitions = 0;
        for (Map<String, Object> shard : shards) {
            Map<String, Object> own = get("/api/shards/partitions?shard=" + shard.get("shard"));
            for (Map<String, Object> topic : list(own, "topics")) {
                partitions += ((List<?>) requireNonNull(topic.get("partitions"))).size();
            }
            partitions -= (Integer) requireNonNull(shard.get("partitions"));
        }
        assertThat(partitions).isZero();
        assertThat(list(get("/api/shards/topic?name=orders"), "partitions"))
                .isNotEmpty()
                .allMatch(partition -> List.of(1).equals(partition.get("inSync")));
        assertThat(list(get("/api/moves"), "shards")).isEmpty();
        assertThat(get("/api/moves/plan?drain=1").get("problem"))
                .asString()
                .contains("add a node first");
        assertThat(get("/api/moves/plan?drain=7").get("problem")).isEqualTo("there is no node 7");
        assertThat(list(get("/api/moves/plan?spread=true"), "moves")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/shards?node=one",
                "/api/shards?shard=1,,2",
                "/api/shards/partitions",
                "/api/shards/partitions?shard=99",
                "/api/shards/topic",
                "/api/shards/topic?name=none",
                "/api/shards/topic?name=orders&from=x",
                "/api/moves/plan",
                "/api/moves/plan?drain=1&spread=true",
                "/api/records",
                "/api/records?topic=orders&limit=101",
                "/api/records?topic=orders&partition=2",
                "/api/records?topic=orders&offset=-1",
                "/api/topics?limit=501",
                "/api/topics?sort=size",
                "/api/groups?limit=101",
                "/api/partitions?topic=orders&limit=0",
                "/api/retention/plan",
                "/api/retention/plan?topic=orders&percent=0",
                "/api/retention/plan?topic=orders&percent=-5",
                "/api/retention/plan?topic=orders&percent=100.0001",
                "/api/retention/plan?topic=orders&percent=NaN",
                "/api/retention/plan?topic=orders&partitions=0",
                "/api/retention/plan?addNode=-5GiB"
            })
    void whatIsOutOfBoundsIsRefusedInWords(String path) throws Exception {
        HttpResponse<String> answer = ask(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Json.readObject(bytes(answer.body()))).containsOnlyKeys("error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/records?topic=none",
                "/api/partitions?topic=none",
                "/api/groups?group=none",
                "/console/none.js",
                "/console/..%2fConsole.class"
            })
    void whatIsNotThereIsNotFound(String path) throws Exception {
        assertThat(ask(path).statusCode()).isEqualTo(404);
    }

    private static HttpResponse<String> ask(String path) throws Exception {
        URI uri = URI.create("http://" + broker.bootstrap() + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private static Map<String, Object> get(String path) throws Exception {
        HttpResponse<String> answer = ask(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.readObject(bytes(answer.body()));
    }

    @SuppressWarnings("unchecked") // as the API has it
    private static List<Map<String, Object>> list(Map<String, Object> fields, String name) {
        return (List<Map<String, Object>>) requireNonNull(fields.get(name), name);
    }
}
