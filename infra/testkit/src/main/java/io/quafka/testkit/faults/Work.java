package io.quafka.testkit.faults;

/// What a client of a run does all the time: an [Actor] has it done. Holds what it is told at its
/// start, and nothing else.
@FunctionalInterface
interface Work {
    /// Goes on until the actor [is to finish][Actor#isFinishing], or until its Kafka client is of
    /// no use any more.
    ///
    /// @param by the name of this instance of a client
    /// @throws org.apache.kafka.common.KafkaException that a Kafka client does not outlive
    void work(Actor me, String by);
}
