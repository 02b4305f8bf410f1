package io.quafka.gateway.quota;

import io.quafka.wire.KafkaResponse;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// The field `throttle_time_ms`, which nearly all of Kafka's answers have and no type stands for.
final class ThrottleTimes {
    /// A message's way to its field.
    private record Field(MethodHandle get, MethodHandle set) {}

    private static final ClassValue<Optional<Field>> FIELDS =
            new ClassValue<>() {
                @Override
                protected Optional<Field> computeValue(Class<?> message) {
                    try {
                        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
                        return Optional.of(
                                new Field(
                                        lookup.findVirtual(
                                                message,
                                                "throttleTimeMs",
                                                MethodType.methodType(int.class)),
                                        lookup.findVirtual(
                                                message,
                                                "setThrottleTimeMs",
                                                MethodType.methodType(message, int.class))));
                    } catch (NoSuchMethodException | IllegalAccessException _) {
                        return Optional.empty();
                    }
                }
            };

    private ThrottleTimes() {}

    /// The answer to a client that is to wait: it is told so, and its connection rests for as long.
    ///
    /// @param millis from 0 up; with 0 the answer stays as it is
    static KafkaResponse delay(KafkaResponse response, long millis) {
        if (millis == 0) {
            return response;
        }
        int bounded = (int) Math.min(millis, Integer.MAX_VALUE);
        raise(response.body(), bounded);
        return response.muting(Math.max(bounded, response.muteMillis()));
    }

    /// Tells a client to wait, unless its answer tells it to wait longer, or has no place for it.
    static void raise(@Nullable ApiMessage answer, int millis) {
        Field field = answer == null ? null : FIELDS.get(answer.getClass()).orElse(null);
        if (field == null) {
            return;
        }
        try {
            if ((int) field.get().invoke(answer) < millis) {
                field.set().invoke(answer, millis);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
