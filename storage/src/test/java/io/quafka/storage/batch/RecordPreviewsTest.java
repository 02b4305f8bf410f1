package io.quafka.storage.batch;

import static io.quafka.storage.batch.Batches.NOW;
import static io.quafka.storage.batch.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.storage.batch.RecordPreviews.Part;
import io.quafka.storage.batch.RecordPreviews.RecordPreview;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordPreviewsTest {
    private static final long MUCH = 1 << 20;

    private final RecordPreviews previews = new RecordPreviews(10, MUCH);

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void showsTheFrontOfEachPart(CompressionType compression) throws Exception {
        Header header = new RecordHeader("a-long-name-of-a-header", bytes("0123456789abc"));
        ByteBuffer batch =
                batch(
                        compression,
                        new SimpleRecord(NOW, null, bytes("x".repeat(100_000))),
                        new SimpleRecord(NOW + 7, bytes("key"), null),
                        new SimpleRecord(
                                NOW, bytes("0123456789"), bytes("value"), new Header[] {header}));
        BatchHeader.setBaseOffset(batch, 0, 40);

        List<RecordPreview> found = previews.read(batch, 0, 100);

        assertThat(found).extracting(RecordPreview::offset).containsExactly(40L, 41L, 42L);
        assertThat(found.get(0).key()).isNull();
        requirePart(found.get(0).value(), "xxxxxxxxxx", 100_000);
        assertThat(found.get(1).timestampMs()).isEqualTo(NOW + 7);
        requirePart(found.get(1).key(), "key", 3);
        assertThat(found.get(1).value()).isNull();
        requirePart(found.get(2).key(), "0123456789", 10);
        assertThat(found.get(2).headerCount()).isOne();
        requirePart(found.get(2).headers().getFirst().name(), "a-long-nam", 23);
        requirePart(found.get(2).headers().getFirst().value(), "0123456789", 13);
        assertThat(batch.position()).isZero();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void showsAsManyAsAreWantedFromWhereTheyAre(CompressionType compression) throws Exception {
        ByteBuffer batch =
                batch(
                        compression,
                        IntStream.range(0, 50)
                                .mapToObj(i -> new SimpleRecord(NOW, bytes("k" + i), bytes("v")))
                                .toArray(SimpleRecord[]::new));

        assertThat(previews.read(batch, 30, 3))
                .extracting(RecordPreview::offset)
                .containsExactly(30L, 31L, 32L);
        assertThat(previews.read(batch, 50, 3)).isEmpty();
    }

    @Test
    void headersBeyondTheLimitAreCountedOnly() throws Exception {
        Header[] headers = new Header[RecordPreviews.HEADERS_MAX + 5];
        Arrays.setAll(headers, i -> new RecordHeader("h" + i, null));
        ByteBuffer batch =
                batch(
                        CompressionType.NONE,
                        new SimpleRecord(NOW, null, bytes("a"), headers),
                        new SimpleRecord(NOW, null, bytes("b")));

        List<RecordPreview> found = previews.read(batch, 0, 9);

        assertThat(found).hasSize(2);
        assertThat(found.getFirst().headers()).hasSize(RecordPreviews.HEADERS_MAX);
        assertThat(found.getFirst().headerCount()).isEqualTo(headers.length);
        requirePart(found.getLast().value(), "b", 1);
    }

    @Test
    void whatDecompressesToTooMuchIsLeftOut() throws Exception {
        byte[] bomb = new byte[8 << 20];
        ByteBuffer batch =
                batch(
                        CompressionType.GZIP,
                        new SimpleRecord(NOW, null, bytes("small")),
                        new SimpleRecord(NOW, null, bomb),
                        new SimpleRecord(NOW, null, bytes("behind it")));

        assertThat(previews.read(batch, 0, 9)).extracting(RecordPreview::offset).startsWith(0L);
        assertThat(previews.read(batch, 0, 9).size()).isLessThan(3);
        assertThatThrownBy(() -> previews.read(batch, 2, 9))
                .isInstanceOf(MalformedBatchException.class);
    }

    private static void requirePart(@Nullable Part part, String front, int length) {
        Part there = Objects.requireNonNull(part);
        assertThat(new String(there.bytes(), StandardCharsets.UTF_8)).isEqualTo(front);
        assertThat(there.length()).isEqualTo(length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
