import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Copies jars without the native libraries of other machines than this one: two thirds of all
/// bytes.
///
/// `java TrimJars.java FROM TO SECONDS`: directories, and the time since 1970 that all files and
/// entries get, so that the same jars give the same bytes.
final class TrimJars {
    private static final Pattern NATIVE =
            Pattern.compile(".*\\.(so|dll|dylib|jnilib)", Pattern.CASE_INSENSITIVE);

    /// What of a native library's path says that it is for Linux with another C library.
    private static final Pattern OTHER_LIBC = Pattern.compile("musl|android");

    /// How paths name this machine's architecture.
    private static final Pattern ARCHITECTURE =
            switch (System.getProperty("os.arch")) {
                case "amd64", "x86_64" -> Pattern.compile("amd64|x86_64|linux64");
                case "aarch64" -> Pattern.compile("aarch_?64");
                default ->
                        throw new IllegalStateException(
                                "no distribution for " + System.getProperty("os.arch"));
            };

    private TrimJars() {}

    public static void main(String[] args) throws IOException {
        Path to = Files.createDirectories(Path.of(args[1]));
        Instant time = Instant.ofEpochSecond(Long.parseLong(args[2]));
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
        for (Path jar : jars) {
            Path copy = to.resolve(jar.getFileName());
            copy(jar, copy, LocalDateTime.ofInstant(time, ZoneOffset.UTC));
            Files.setLastModifiedTime(copy, FileTime.from(time));
        }
    }

    private static void copy(Path from, Path to, LocalDateTime time) throws IOException {
        try (ZipFile jar = new ZipFile(from.toFile());
                ZipOutputStream copy = new ZipOutputStream(Files.newOutputStream(to))) {
            jar.stream()
                    .filter(entry -> isForThisMachine(entry.getName()))
                    .forEachOrdered(entry -> copy(jar, entry, copy, time));
        }
    }

    private static boolean isForThisMachine(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !NATIVE.matcher(lower).matches()
                || lower.contains("linux")
                        && ARCHITECTURE.matcher(lower).find()
                        && !OTHER_LIBC.matcher(lower).find();
    }

    private static void copy(
            ZipFile jar, ZipEntry entry, ZipOutputStream copy, LocalDateTime time) {
        try (InputStream in = jar.getInputStream(entry)) {
            ZipEntry kept = new ZipEntry(entry.getName());
            kept.setTimeLocal(time);
            copy.putNextEntry(kept);
            in.transferTo(copy);
            copy.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
