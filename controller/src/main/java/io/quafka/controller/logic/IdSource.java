package io.quafka.controller.logic;

import org.apache.kafka.common.Uuid;

/// Where topic ids come from.
@FunctionalInterface
public interface IdSource {
    /// An id that was never given before: not reserved by Kafka, and without a leading dash in its
    /// text, which command lines would take for an option.
    Uuid next();

    /// Ids that follow from one random id: every member of the quorum draws the same from the same
    /// log entry, and different entries draw different ones as surely as their random ids differ
    /// (both halves are mapped one to one).
    static IdSource from(Uuid entropy) {
        return new IdSource() {
            private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
            private long drawn;

            @Override
            public Uuid next() {
                while (true) {
                    drawn++;
                    Uuid id =
                            new Uuid(
                                    mix(entropy.getMostSignificantBits() + drawn * GOLDEN_GAMMA),
                                    mix(entropy.getLeastSignificantBits() - drawn * GOLDEN_GAMMA));
                    if (!Uuid.RESERVED.contains(id) && !id.toString().startsWith("-")) {
                        return id;
                    }
                }
            }

            /// The finalizer of SplittableRandom: one to one on 64 bits.
            private static long mix(long value) {
                long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
                mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
                return mixed ^ (mixed >>> 31);
            }
        };
    }
}
