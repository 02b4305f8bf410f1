package io.quafka.program.cli;

import java.util.Map;

/// Takes from a client's answer what was asked for.
final class Answers {
    private Answers() {}

    /// @throws CommandFailedException if the cluster left it out
    static <K, V> V of(Map<K, V> answers, K key) {
        V answer = answers.get(key);
        if (answer == null) {
            throw new CommandFailedException("the cluster's answer has nothing about " + key);
        }
        return answer;
    }
}
