package io.quafka.bench.broker;

import java.nio.file.Path;
import java.util.List;

/// Where the programs under comparison are.
///
/// @param javaHome the JDK that runs Kafka and the load
/// @param kafkaLibrary directory of the jars of Apache Kafka and its tools
/// @param quafkaCommand the command that starts Quafka, without its arguments
public record Installation(Path javaHome, Path kafkaLibrary, List<String> quafkaCommand) {
    public Installation {
        quafkaCommand = List.copyOf(quafkaCommand);
    }

    /// A program of the JDK.
    public String jdkProgram(String name) {
        return javaHome.resolve("bin").resolve(name).toString();
    }

    /// All jars of Kafka as a class path.
    public String kafkaClassPath() {
        return kafkaLibrary.resolve("*").toString();
    }
}
