package io.quafka.bench.process;

import java.util.List;

/// The first line of `/proc/stat`: clock ticks of all cores together since boot.
///
/// @param busyTicks user, nice, system and interrupt time
/// @param stealTicks time that the hypervisor gave to other machines
record MachineStat(long busyTicks, long stealTicks) {
    private static final int USER = 1;
    private static final int NICE = 2;
    private static final int SYSTEM = 3;
    private static final int INTERRUPT = 6;
    private static final int SOFT_INTERRUPT = 7;
    private static final int STEAL = 8;

    /// Parses the line that begins `cpu `.
    ///
    /// @throws IllegalArgumentException if the line is not of that format
    static MachineStat parse(String line) {
        List<String> fields = List.of(line.strip().split(" +"));
        if (!fields.getFirst().equals("cpu") || fields.size() <= STEAL) {
            throw new IllegalArgumentException("not the machine's line of /proc/stat: " + line);
        }
        long busy = 0;
        for (int field : new int[] {USER, NICE, SYSTEM, INTERRUPT, SOFT_INTERRUPT}) {
            busy += Long.parseLong(fields.get(field));
        }
        return new MachineStat(busy, Long.parseLong(fields.get(STEAL)));
    }
}
