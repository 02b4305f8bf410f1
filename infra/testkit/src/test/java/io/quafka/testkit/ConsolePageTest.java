package io.quafka.testkit;

import static io.quafka.testkit.Clients.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// The console in a real browser. After each view the page must have had nothing to complain of: no
/// exception, nothing that its policy forbids.
@Tag("broker")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsolePageTest {
    private static final String MARKUP =
            "<img src=x onerror=\"window.owned=1\"><script>owned=1</script>";

    @TempDir private static Path directory;

    private static BrokerProcess broker;
    private static Chromium page;

    @BeforeAll
    static void start() throws Exception {
        Chromium.require();
        broker = BrokerProcess.start(BrokerOptions.in(directory));
        Map<String, String> share = Map.of("local.retention.percent", "60");
        Clients.createTopic(broker.bootstrap(), "orders", 2, share);
        Clients.createTopic(broker.bootstrap(), "hostile", 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            ProducerRecord<byte[], byte[]> markup =
                    new ProducerRecord<>("hostile", 0, bytes(MARKUP), bytes(MARKUP));
            markup.headers().add(new RecordHeader(MARKUP, bytes(MARKUP)));
            Clients.sendAll(
                    producer,
                    List.of(
                            markup,
                            new ProducerRecord<>("hostile", 0, null, new byte[] {(byte) 0xca, 0}),
                            new ProducerRecord<>("orders", 0, bytes("key"), bytes("a plain value")),
                            new ProducerRecord<>("orders", 0, bytes("key"), bytes("another"))));
        }
        try (Admin admin = Clients.admin(broker.bootstrap())) {
            admin.alterConsumerGroupOffsets(
                            "<b>readers</b>",
                            Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(1)))
                    .all()
                    .get();
        }
        page = Chromium.start(directory.resolve("chromium"));
        page.look(1280, 860, false);
    }

    @AfterAll
    static void stop() throws Exception {
        if (page != null) {
            page.close();
        }
        if (broker != null) {
            broker.requireNoAlarms();
            broker.close();
        }
    }

    private static void show(String view) throws Exception {
        page.open("http://" + broker.bootstrap() + "/console#/" + view);
        page.await("document.getElementById('live').textContent === 'live'");
        page.await("document.querySelector('.loading') === null");
    }

    @Test
    @Order(1)
    void overviewShowsNodesAndHealth() throws Exception {
        show("overview");
        assertThat(page.text())
                .contains("2 topics, 3 partitions", "Every shard has its leader (1)", "Node 1")
                .contains("Pressure: none", "No object store");
        requireFit();
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    @Order(2)
    void planTellsBeforeAnythingChanges() throws Exception {
        show("topics");
        assertThat(page.text()).contains("orders", "60 %", "rest 40 %", "time");
        page.value("document.querySelector('[aria-label=\"Plan a change of orders\"]').click()");
        plan("20");
        page.await("document.querySelector('.outcome').innerText.startsWith('20 % are ')");
        assertThat(page.value("document.querySelector('dialog').innerText"))
                .asString()
                .contains("60 % → 20 %", "Nobody loses anything")
                .contains("quafka topic alter orders --config local.retention.percent=20");
        plan("400");
        page.await("document.querySelector('.outcome').innerText.includes('at most 100')");
        page.press("Escape");
        page.await("document.querySelector('dialog') === null");
        requireFit();
        // That a question was refused is told in the browser's log too.
        assertThat(page.complaints())
                .allMatch(complaint -> complaint.contains("400 (Bad Request)"));
        page.complaints().clear();
    }

    private static void plan(String percent) throws Exception {
        page.value(
                "(() => { const field = document.getElementById('plan-percent'); field.value = '"
                        + percent
                        + "'; field.dispatchEvent(new Event('input')); })()");
    }

    @Test
    @Order(3)
    void groupsShowTheirLagAndTheirPartitions() throws Exception {
        show("groups");
        assertThat(page.text()).contains("<b>readers</b>", "Empty", "orders");
        page.value("document.querySelector('tbody button').click()");
        page.await("document.querySelector('.detail-row table') !== null");
        assertThat(page.value("document.querySelector('.detail-row table tbody').innerText"))
                .asString()
                .matches("orders\\s+0\\s+1\\s+2\\s+1");
        requireFit();
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    @Order(4)
    void recordsAreShownAndNeverRun() throws Exception {
        show("records?topic=hostile&partition=0&offset=0");
        page.await("document.querySelectorAll('.record').length === 2");
        page.value("document.querySelectorAll('.record').forEach(one => { one.open = true; })");
        page.await("document.querySelectorAll('.record pre').length === 4");
        assertThat(page.text()).contains(MARKUP, "0xca00", "Header " + MARKUP, "binary, 2 B");
        assertThat(page.value("document.querySelectorAll('main img, main script, main b').length"))
                .isEqualTo(0);
        assertThat(page.value("typeof window.owned")).isEqualTo("undefined");
        requireFit();
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    @Order(5)
    void everythingHasANameAndCanBeReachedByKeyboard() throws Exception {
        for (String view : List.of("overview", "topics", "groups", "records?topic=orders")) {
            show(view);
            assertThat(
                            page.value(
                                    """
                                    [...document.querySelectorAll('a, button, input, select')]
                                        .filter(one => !(one.textContent.trim() || one.ariaLabel || one.labels?.[0]?.textContent.trim()))
                                        .map(one => one.outerHTML).join('\\n')
                                    """))
                    .as("without a name in " + view)
                    .isEqualTo("");
        }
        page.press("Tab");
        assertThat(page.value("document.activeElement.className")).isEqualTo("skip");
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    @Order(6)
    void textStandsOutFromItsGround() throws Exception {
        for (boolean dark : List.of(false, true)) {
            page.look(1280, 860, dark);
            show("overview");
            page.await(
                    "document.documentElement.dataset.theme === '%s'"
                            .formatted(dark ? "dark" : "light"));
            assertThat((String) page.value(CONTRASTS)).as(dark ? "dark" : "light").isEmpty();
        }
        assertThat(page.complaints()).isEmpty();
    }

    /// What stands out less than 4.5 to 1, as WCAG 2.2 has it.
    private static final String CONTRASTS =
            """
            (() => {
              const parse = text => text.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
                  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = one => {
                for (let at = one; at; at = at.parentElement) {
                  const colour = parse(getComputedStyle(at).backgroundColor);
                  if (colour.length === 3 || colour[3] === 1) return colour;
                }
                return [255, 255, 255];
              };
              return [...document.querySelectorAll('body *')]
                  .filter(one => one.checkVisibility() && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
                  .map(one => {
                    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
                    return [one, (a + 0.05) / (b + 0.05)];
                  })
                  .filter(([, ratio]) => ratio < 4.5)
                  .map(([one, ratio]) => `${one.tagName}.${one.className} ${ratio.toFixed(2)}`).join('\\n');
            })()
            """;

    @Test
    @Order(7)
    void fitsATelephone() throws Exception {
        page.look(390, 844, false);
        for (String view : List.of("overview", "topics", "groups", "records?topic=orders")) {
            show(view);
            requireFit();
        }
    }

    private static void requireFit() throws Exception {
        assertThat(
                        page.value(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .asInstanceOf(InstanceOfAssertFactories.INTEGER)
                .as("pixels wider than the window")
                .isNotPositive();
    }

    @Test
    @Order(8)
    void saysThatTheGatewayIsGoneAndKeepsWhatWasShown() throws Exception {
        show("overview");
        broker.kill9();
        page.await("!document.getElementById('trouble').hidden");
        assertThat(page.text()).contains("The gateway does not answer", "not live", "Node 1");
    }
}
