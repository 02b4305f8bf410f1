package io.quafka.program.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.storage.batch.RecordPreviews.Part;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordFieldsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "two\nlines\tand a tab", "Ævar 漢字 🙂", "<script>"})
    void plainTextIsText(String text) {
        assertThat(whole(text.getBytes(StandardCharsets.UTF_8))).containsEntry("text", text);
    }

    /// A zero byte, an escape, a character that turns the direction of what follows.
    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\u001b[31mred", "user\u202etxt.exe", "\u2066x"})
    void whatDoesNotShowIsHexadecimal(String text) {
        assertThat(whole(text.getBytes(StandardCharsets.UTF_8)))
                .containsKey("hex")
                .doesNotContainKey("text");
    }

    @Test
    void bytesThatAreNotUtf8AreHexadecimal() {
        byte[] bytes = {(byte) 0xff, 0, 0x41};
        assertThat(whole(bytes)).containsEntry("hex", "ff0041").containsEntry("length", 3);
    }

    @Test
    void textMayBeCutInsideOfACharacter() {
        byte[] bytes = "漢字".getBytes(StandardCharsets.UTF_8);
        byte[] front = Arrays.copyOf(bytes, 5);
        assertThat(RecordFields.part(new Part(front, bytes.length))).containsEntry("text", "漢");
        assertThat(whole(front)).containsKey("hex");
    }

    private static Map<String, Object> whole(byte[] bytes) {
        return Objects.requireNonNull(RecordFields.part(new Part(bytes, bytes.length)));
    }
}
