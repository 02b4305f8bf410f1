import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Fetches a file where neither curl nor wget is installed: `java Download.java URL FILE`. Used by ./mvnw only.
final class Download {
    public static void main(String[] args) throws IOException {
        var connection = URI.create(args[0]).toURL().openConnection();
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(60_000);
        try (InputStream in = connection.getInputStream()) {
            Files.copy(in, Path.of(args[1]), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
