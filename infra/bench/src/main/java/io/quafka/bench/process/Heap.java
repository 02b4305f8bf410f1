package io.quafka.bench.process;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A JVM's heap.
///
/// @param committedBytes memory that the heap has taken from the system
/// @param usedBytes memory that objects, live or not yet collected, take of it
public record Heap(long committedBytes, long usedBytes) {
    private static final String NUMBER = "(\\d+)([KMG])";

    /// `garbage-first heap total reserved 1048576K, committed 524288K, used 30720K`.
    private static final Pattern RESERVED =
            Pattern.compile("committed " + NUMBER + ", used " + NUMBER);

    /// `def new generation total 9216K, used 4000K`; `garbage-first heap total 262144K, used
    /// 2048K`.
    private static final Pattern TOTAL = Pattern.compile("total " + NUMBER + ", used " + NUMBER);

    /// `ZHeap used 50M, capacity 256M, max capacity 4096M`.
    private static final Pattern CAPACITY =
            Pattern.compile("used " + NUMBER + ", capacity " + NUMBER);

    /// The heaps of several JVMs together.
    ///
    /// @throws IOException if one does not answer
    public static Heap of(String jcmd, List<Long> pids) throws IOException, InterruptedException {
        Heap sum = new Heap(0, 0);
        for (long pid : pids) {
            Heap heap = of(jcmd, pid);
            sum =
                    new Heap(
                            sum.committedBytes + heap.committedBytes,
                            sum.usedBytes + heap.usedBytes);
        }
        return sum;
    }

    /// Asks a running JVM by `jcmd PID GC.heap_info`.
    ///
    /// @throws IOException if it does not answer so
    private static Heap of(String jcmd, long pid) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(jcmd, Long.toString(pid), "GC.heap_info")
                        .redirectErrorStream(true)
                        .start();
        List<String> lines = process.inputReader().lines().toList();
        process.waitFor();
        Heap heap = parse(lines);
        if (heap.committedBytes == 0) {
            throw new IOException("no heap in: " + String.join("\n", lines));
        }
        return heap;
    }

    /// Adds up the generations; lines on metaspace do not count.
    static Heap parse(List<String> lines) {
        long committed = 0;
        long used = 0;
        for (String line : lines) {
            if (line.contains("etaspace") || line.contains("class space")) {
                continue;
            }
            String single = line.replaceAll(" +", " ");
            Matcher matcher = RESERVED.matcher(single);
            boolean found = matcher.find();
            if (!found) {
                matcher = TOTAL.matcher(single);
                found = matcher.find();
            }
            if (found) {
                committed += bytes(matcher.group(1), matcher.group(2));
                used += bytes(matcher.group(3), matcher.group(4));
                continue;
            }
            matcher = CAPACITY.matcher(single);
            if (matcher.find()) {
                used += bytes(matcher.group(1), matcher.group(2));
                committed += bytes(matcher.group(3), matcher.group(4));
            }
        }
        return new Heap(committed, used);
    }

    private static long bytes(String number, String unit) {
        int shift =
                switch (unit) {
                    case "K" -> 10;
                    case "M" -> 20;
                    default -> 30;
                };
        return Long.parseLong(number) << shift;
    }
}
