package io.quafka.program.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    @Test
    void linesLoseTheirLineFeedAndNothingElse() throws IOException {
        assertThat(texts(RecordReader.lines(stream("a\r\n\n  b\nlast"))))
                .containsExactly("a\r", "", "  b", "last");
        assertThat(texts(RecordReader.lines(stream("a\n")))).containsExactly("a");
        assertThat(texts(RecordReader.lines(stream("")))).isEmpty();
    }

    @Test
    void linesAcrossBlocksComeBackWhole() throws IOException {
        Random random = new Random(7);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String line = "x".repeat(random.nextInt(20_000));
            expected.add(line);
            text.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        assertThat(texts(RecordReader.lines(new ByteArrayInputStream(text.toByteArray()))))
                .isEqualTo(expected);
    }

    @Test
    void chunksTogetherAreTheStream() throws IOException {
        byte[] bytes = new byte[10_007];
        new Random(1).nextBytes(bytes);
        RecordReader reader = RecordReader.chunks(new ByteArrayInputStream(bytes), 100);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        int count = 0;
        for (byte[] chunk = reader.next(); chunk != null; chunk = reader.next()) {
            joined.writeBytes(chunk);
            count++;
        }
        assertThat(count).isEqualTo(101);
        assertThat(joined.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void theWholeIsOneRecordEvenIfEmpty() throws IOException {
        assertThat(texts(RecordReader.whole(stream("a\nb")))).containsExactly("a\nb");
        assertThat(texts(RecordReader.whole(stream("")))).containsExactly("");
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> texts(RecordReader reader) throws IOException {
        List<String> texts = new ArrayList<>();
        for (byte[] value = reader.next(); value != null; value = reader.next()) {
            texts.add(new String(value, StandardCharsets.UTF_8));
        }
        return texts;
    }
}
