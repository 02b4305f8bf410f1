package io.quafka.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Reads `/proc`. A process or thread that ends while it is read is left out, never an error; what
/// else goes wrong is an [UncheckedIOException]. Any thread may call it.
public final class Proc {
    private static final int KERNEL_THREAD_DAEMON = 2;
    private static final int BYTES_PER_KIBIBYTE = 1024;

    private final Path root;

    public Proc() {
        this(Path.of("/proc"));
    }

    Proc(Path root) {
        this.root = root;
    }

    /// CPU time that processes used since they started, with that of children they waited for; zero
    /// for one that is not there.
    public Duration cpuTime(Collection<Long> pids) {
        return ProcessStat.duration(pids.stream().mapToLong(this::ticksWithChildren).sum());
    }

    /// Resident memory of processes now, in bytes; 0 for one that is not there. What they share
    /// counts for each.
    public long residentBytes(Collection<Long> pids) {
        return pids.stream().mapToLong(pid -> residentBytes(pid).orElse(0)).sum();
    }

    /// The most resident memory that each of the processes ever had, in bytes; 0 for one that is
    /// not there.
    public long residentPeakBytes(Collection<Long> pids) {
        return pids.stream().mapToLong(pid -> residentPeakBytes(pid).orElse(0)).sum();
    }

    /// Number of file descriptors that processes hold.
    public int openFiles(Collection<Long> pids) {
        return pids.stream().mapToInt(this::openFiles).sum();
    }

    /// Resident memory of a process now, in bytes; empty if there is no such process.
    OptionalLong residentBytes(long pid) {
        return statusBytes(pid, "VmRSS:");
    }

    /// The most resident memory that a process ever had, in bytes; empty if there is no such
    /// process.
    OptionalLong residentPeakBytes(long pid) {
        return statusBytes(pid, "VmHWM:");
    }

    private int openFiles(long pid) {
        return names(processDirectory(pid).resolve("fd"), _ -> true).size();
    }

    MachineStat machine() {
        for (String line : lines(root.resolve("stat"))) {
            return MachineStat.parse(line);
        }
        throw new IllegalStateException("empty " + root.resolve("stat"));
    }

    /// Ticks of one process without its children, zero if there is no such process.
    long ticks(long pid) {
        long ticks = 0;
        for (ProcessStat stat : statIfPresent(processDirectory(pid))) {
            ticks += stat.ticks();
        }
        return ticks;
    }

    /// Ticks of one process and of children it waited for, zero if there is no such process.
    long ticksWithChildren(long pid) {
        long ticks = 0;
        for (ProcessStat stat : statIfPresent(processDirectory(pid))) {
            ticks += stat.ticks() + stat.childTicks();
        }
        return ticks;
    }

    List<ProcessStat> threads(long pid) {
        return stats(processDirectory(pid).resolve("task"), _ -> true);
    }

    /// Ticks of the kernel's own threads: it is they who write the page cache back to disk.
    long kernelThreadTicks() {
        return stats(root, stat -> stat.parentId() == KERNEL_THREAD_DAEMON).stream()
                .mapToLong(ProcessStat::ticks)
                .sum();
    }

    private Path processDirectory(long pid) {
        return root.resolve(Long.toString(pid));
    }

    private List<ProcessStat> stats(Path directory, Predicate<ProcessStat> wanted) {
        List<ProcessStat> stats = new ArrayList<>();
        for (String name : names(directory, Proc::isNumber)) {
            statIfPresent(directory.resolve(name)).stream().filter(wanted).forEach(stats::add);
        }
        return stats;
    }

    private static boolean isNumber(String name) {
        return name.chars().allMatch(Character::isDigit);
    }

    private static List<ProcessStat> statIfPresent(Path directory) {
        return lines(directory.resolve("stat")).stream().map(ProcessStat::parse).toList();
    }

    private OptionalLong statusBytes(long pid, String key) {
        for (String line : lines(processDirectory(pid).resolve("status"))) {
            if (line.startsWith(key)) {
                String kibibytes = line.substring(key.length()).strip().split(" ", 2)[0];
                return OptionalLong.of(Long.parseLong(kibibytes) * BYTES_PER_KIBIBYTE);
            }
        }
        return OptionalLong.empty();
    }

    /// The file's lines, none if the process is gone.
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException exception) {
            if (isGone(exception)) {
                return List.of();
            }
            throw new UncheckedIOException(exception);
        }
    }

    /// The entries of a directory, none if the process is gone.
    private static List<String> names(Path directory, Predicate<String> wanted) {
        String[] names = directory.toFile().list();
        return names == null ? List.of() : Stream.of(names).filter(wanted).toList();
    }

    /// The kernel answers ESRCH when a process ends between open and read; Java has no exception
    /// class for it.
    private static boolean isGone(IOException exception) {
        String message = exception.getMessage();
        return message != null && message.contains("No such process");
    }
}
