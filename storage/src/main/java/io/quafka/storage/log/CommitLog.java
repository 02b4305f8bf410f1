package io.quafka.storage.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The append-only log of one shard, cut into segments: one active, the rest sealed.
///
/// A *position* is a byte's address in the log; it grows for ever. A segment begins where the one
/// before it ended; there are gaps only where segments were dropped. Appending, forcing and rolling
/// belong to the shard's writer thread; reading is safe on any platform thread (it blocks on the
/// disk).
public final class CommitLog implements AutoCloseable {
    private static final SecureRandom SALTS = new SecureRandom();

    /// Room in the active segment that only control groups may use while no further segment is to
    /// be had, so that on a full disk retention can still record what it frees.
    public static final long CONTROL_HEADROOM_BYTES = 64 << 10;

    /// Heads of groups of many small runs are smaller than this part of a segment.
    private static final int HEAD_PART = 16;

    private final Path directory;
    private final int shard;
    private final LogOptions options;
    private final InstantSource clock;
    private final SpareSegments spares;
    private final ConcurrentSkipListMap<Long, SegmentHandle> segments =
            new ConcurrentSkipListMap<>();
    private final OpenSegments open;
    private SegmentFile active;
    private volatile long end;
    private volatile long durable;

    private CommitLog(
            Path directory,
            int shard,
            LogOptions options,
            InstantSource clock,
            SpareSegments spares,
            SegmentFile active) {
        this.directory = directory;
        this.shard = shard;
        this.options = options;
        this.clock = clock;
        this.spares = spares;
        this.open = new OpenSegments(options.openSegmentsMax());
        this.active = active;
    }

    /// Opens the log, creating it where there is none. Call [#recover] before anything else.
    ///
    /// @throws SegmentDamagedException if a segment's header block is damaged
    /// @throws NoRoomException if the disk has no room for a first segment
    public static CommitLog open(Path directory, int shard, LogOptions options, InstantSource clock)
            throws IOException, InterruptedException {
        return open(directory, shard, options, 0, clock);
    }

    /// As the other.
    ///
    /// @param newStart position at which a log begins that does not exist yet, raised to where a
    ///   group may start
    public static CommitLog open(
            Path directory, int shard, LogOptions options, long newStart, InstantSource clock)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        new LogCut(directory, shard).resume();
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.log")) {
            found.forEach(files::add);
        }
        files.sort(null);
        List<SegmentHandle> handles = new ArrayList<>();
        for (Path file : files) {
            try (SegmentFile segment = SegmentFile.open(file, shard, false)) {
                handles.add(SegmentHandle.of(segment));
            }
        }
        sealAllButTheLast(handles);
        long newest =
                handles.isEmpty()
                        ? options.firstSegmentBytes()
                        : Math.min(options.segmentBytes(), handles.getLast().capacity() * 2);
        SpareSegments spares = new SpareSegments(directory, options, newest);
        try {
            SegmentHandle last =
                    handles.isEmpty()
                            ? create(
                                    directory,
                                    shard,
                                    GroupFormat.align(newStart),
                                    spares,
                                    options.firstSegmentBytes())
                            : handles.getLast();
            if (last == null) {
                throw new NoRoomException(directory, options.firstSegmentBytes());
            }
            if (handles.isEmpty()) {
                handles.add(last);
            }
            if (last.isSealed()) {
                throw new SegmentDamagedException(
                        last.path(), "it is sealed, but the segment after it is missing");
            }
            SegmentFile active = SegmentFile.open(last.path(), shard, true);
            CommitLog log = new CommitLog(directory, shard, options, clock, spares, active);
            handles.forEach(handle -> log.segments.put(handle.base(), handle));
            spares.placed();
            log.end = last.base();
            log.durable = last.base();
            return log;
        } catch (IOException | InterruptedException | RuntimeException e) {
            spares.close();
            throw e;
        }
    }

    /// A crash between the making of a segment and the sealing of the one before it leaves that one
    /// without its end: nothing was dropped in between, so it ends where the next begins.
    private static void sealAllButTheLast(List<SegmentHandle> handles) {
        for (int i = 0; i < handles.size() - 1; i++) {
            if (!handles.get(i).isSealed()) {
                handles.set(i, handles.get(i).sealed(handles.get(i + 1).base()));
            }
        }
    }

    /// Turns a spare file into the segment that starts at `base`; durable when this returns. Null
    /// when there is no room.
    private static @Nullable SegmentHandle create(
            Path directory, int shard, long base, SpareSegments spares, long bytes)
            throws IOException, InterruptedException {
        SpareSegments.Spare spare = spares.take(bytes);
        if (spare == null) {
            return null;
        }
        Path path = directory.resolve(SegmentFile.nameOf(base));
        try (FileChannel file = FileChannel.open(spare.path(), StandardOpenOption.WRITE)) {
            ByteBuffer block = SegmentFile.block(shard, base, SALTS.nextLong(), spare.capacity());
            while (block.hasRemaining()) {
                file.write(block, block.position());
            }
            file.force(true);
        }
        Files.move(spare.path(), path, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(directory);
        return SegmentHandle.unsealed(path, base, spare.capacity());
    }

    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// As the other, for the log of an only replica.
    public RecoveryReport recover(long from, Consumer<Group> apply) throws IOException {
        return recover(from, apply, false);
    }

    /// Reads the groups from a position on, gives each to `apply`, and finds the log's end. A torn
    /// tail is cut; damage is skipped and reported. Groups with a damaged run are applied: the
    /// run's bytes are checked again by whoever reads them.
    ///
    /// @param from start of a group, or the end of the log; raised to the first position there is
    /// @param replica whether groups may have come from another replica
    public RecoveryReport recover(long from, Consumer<Group> apply, boolean replica)
            throws IOException {
        long position = Math.max(from, segments.firstKey());
        RecoveryScan scan = new RecoveryScan(position, apply, replica);
        for (SegmentHandle handle : segments.values()) {
            if (handle.isSealed() && handle.end() <= position) {
                continue;
            }
            try (SegmentFile file = SegmentFile.open(handle.path(), shard, false)) {
                long start = Math.max(position, handle.base());
                scan.segment(file, start, limitOf(handle), handle.isSealed());
            }
        }
        RecoveryReport report = scan.report();
        end = Math.max(report.end(), segments.lastKey());
        active.force();
        durable = end;
        return report;
    }

    /// True if a whole group starts at `group` and ends at `end`: the log has what an index says it
    /// has.
    public boolean groupEndsAt(long group, long end) throws IOException {
        SegmentHandle handle = holding(group);
        if (handle == null) {
            return end <= segments.lastKey();
        }
        try (SegmentFile file = SegmentFile.open(handle.path(), shard, false)) {
            return switch (new GroupReader(file, limitOf(handle)).at(group)) {
                case GroupReader.Found.Whole(Group whole) -> whole.end() == end;
                case GroupReader.Found.BadRuns(Group whole) -> whole.end() == end;
                case GroupReader.Found.Nothing _ -> false;
            };
        }
    }

    private static long limitOf(SegmentHandle handle) {
        return handle.isSealed() ? handle.end() : handle.base() + handle.capacity();
    }

    /// The segment that a position lies in, or null where it was dropped.
    private @Nullable SegmentHandle holding(long position) {
        Map.Entry<Long, SegmentHandle> entry = segments.floorEntry(position);
        return entry == null || position >= limitOf(entry.getValue()) ? null : entry.getValue();
    }

    /// Makes sure that a group of `bytes` can be appended next, rolling to a new segment where the
    /// active one is too full.
    ///
    /// @param control true for groups that must get through on a full disk
    /// @return false when the disk has no room: nothing was changed
    public boolean ensureRoom(long bytes, boolean control)
            throws IOException, InterruptedException {
        long left = active.limit() - end;
        if (bytes <= left - CONTROL_HEADROOM_BYTES || (control && bytes <= left)) {
            return true;
        }
        long wanted = Math.max(LogOptions.MIN_SEGMENT_BYTES, bytes + CONTROL_HEADROOM_BYTES);
        if (!spares.isReady(wanted) && bytes <= left && end == active.base()) {
            return true;
        }
        return roll(wanted);
    }

    /// Seals the active segment and goes on in a new one.
    ///
    /// @return false when the disk has no room for one: nothing was changed
    public boolean roll(long bytes) throws IOException, InterruptedException {
        if (end == active.base()) {
            return replaceEmptyActive(bytes);
        }
        force();
        SegmentHandle next = create(directory, shard, end, spares, bytes);
        if (next == null) {
            return false;
        }
        SegmentHandle sealed = Objects.requireNonNull(segments.get(active.base())).sealed(end);
        active.seal(end);
        segments.put(sealed.base(), sealed);
        activate(next);
        return true;
    }

    /// The active segment holds nothing yet and is too small for what comes: a larger one takes its
    /// name.
    private boolean replaceEmptyActive(long bytes) throws IOException, InterruptedException {
        if (active.capacity() >= bytes) {
            return true;
        }
        SegmentHandle next = create(directory, shard, end, spares, bytes);
        if (next == null) {
            return false;
        }
        open.drop(next.base());
        activate(next);
        return true;
    }

    /// Goes on in a new segment further on: what lies between is not in this log.
    ///
    /// @param position where a group may start, past the log's end
    /// @return false when the disk has no room: nothing was changed
    public boolean jump(long position) throws IOException, InterruptedException {
        if (position <= end || position != GroupFormat.align(position)) {
            throw new IllegalArgumentException("no jump from " + end + " to " + position);
        }
        force();
        SegmentHandle next =
                create(directory, shard, position, spares, LogOptions.MIN_SEGMENT_BYTES);
        if (next == null) {
            return false;
        }
        SegmentHandle last = Objects.requireNonNull(segments.get(active.base()));
        if (end == last.base()) {
            segments.remove(last.base());
            open.drop(last.base());
            Files.delete(last.path());
        } else {
            active.seal(end);
            segments.put(last.base(), last.sealed(end));
        }
        activate(next);
        end = position;
        durable = position;
        return true;
    }

    private void activate(SegmentHandle next) throws IOException {
        SegmentFile previous = active;
        active = SegmentFile.open(next.path(), shard, true);
        segments.put(next.base(), next);
        spares.placed();
        previous.close();
    }

    /// Writes a group at the end of the log, without forcing it. The position it lies at is the
    /// [#end] before the call.
    ///
    /// @throws IOException after which the log must not be appended to any more: what is on disk is
    ///   unknown until recovery
    public void append(GroupBuilder group, int epoch) throws IOException {
        long position = end;
        ByteBuffer[] buffers =
                group.finish(position, durable, epoch, shard, active.salt(), clock.millis());
        long size = group.size();
        if (position + size > active.limit()) {
            throw new IllegalStateException("append without room: ensureRoom comes first");
        }
        active.write(position, buffers);
        end = position + size;
    }

    /// Writes a group of another replica's log at the end of this one, where it lies there too,
    /// without forcing it. What its head says for the leader's file is changed in place to what
    /// holds for this one; [#ensureRoom] comes first.
    ///
    /// @param group all of its bytes
    /// @throws IOException as [#append]
    public void appendShipped(ByteBuffer group) throws IOException {
        int start = group.position();
        long position = end;
        long size = group.remaining();
        if (position + size > active.limit()
                || group.getLong(start + GroupFormat.POSITION_AT) != position) {
            throw new IllegalStateException("a shipped group that does not go at " + position);
        }
        int headBytes =
                GroupFormat.HEADER_BYTES
                        + group.getInt(start + GroupFormat.ENTRIES_AT) * GroupFormat.ENTRY_BYTES;
        group.putLong(start + GroupFormat.DURABLE_AT, durable);
        group.putInt(
                start + GroupFormat.CRC_AT,
                GroupFormat.headCrc(group, start, headBytes, active.salt()));
        active.write(position, new ByteBuffer[] {group.duplicate(), group});
        end = position + size;
    }

    /// What can be shipped from a position on, all of one segment.
    ///
    /// @param salt of the segment
    /// @param bytes up to the segment's or the log's end
    public record Shippable(long salt, long bytes) {}

    /// @return null if what lies there was dropped, or the log ends before
    public @Nullable Shippable shippable(long position) throws IOException {
        long to = end;
        SegmentHandle handle = holding(position);
        if (handle == null || position > to) {
            return null;
        }
        long limit = handle.isSealed() ? handle.end() : Math.min(to, limitOf(handle));
        return new Shippable(open.salt(handle, shard), Math.max(0, limit - position));
    }

    /// Goes over the groups from a position on.
    public LogCursor cursor(long from) {
        return new LogCursor(this, from);
    }

    SegmentFile openAt(long position) throws IOException {
        SegmentHandle handle = holding(position);
        if (handle == null) {
            throw new PositionGoneException(position);
        }
        return SegmentFile.open(handle.path(), shard, false);
    }

    /// Takes everything from a position on away, durably.
    ///
    /// @param position start of a group
    /// @throws IOException after which the log must not be used any more before it was opened again
    public void truncate(long position) throws IOException {
        if (position >= end) {
            return;
        }
        force();
        active.close();
        for (long base : segments.tailMap(segmentOf(position), true).keySet()) {
            open.drop(base);
        }
        new LogCut(directory, shard).cut(position, end);
        segments.tailMap(position, false).clear();
        SegmentHandle last = segments.lastEntry().getValue();
        SegmentHandle unsealed =
                new SegmentHandle(
                        last.path(),
                        last.base(),
                        last.capacity(),
                        SegmentFile.NOT_SEALED,
                        last.whole());
        segments.put(last.base(), unsealed);
        active = SegmentFile.open(unsealed.path(), shard, true);
        end = position;
        durable = position;
    }

    /// Puts everything appended on disk; a no-operation to the disk when fsync is left to the
    /// operating system.
    public void sync() throws IOException {
        if (options.fsync()) {
            force();
        }
    }

    /// Puts everything appended on disk, whatever the fsync setting.
    public void force() throws IOException {
        long to = end;
        active.force();
        durable = to;
    }

    /// Where the next group goes.
    public long end() {
        return end;
    }

    /// Everything before it is on disk.
    public long durable() {
        return durable;
    }

    /// Where the oldest segment begins.
    public long start() {
        return segments.firstKey();
    }

    /// Batches of a group that has no more bytes fit into a full-grown segment, with their head.
    public long groupBytesMax() {
        long room = options.segmentBytes() - CONTROL_HEADROOM_BYTES;
        return room - room / HEAD_PART;
    }

    /// Bytes that groups may take in the active segment.
    public long activeCapacity() {
        return active.capacity();
    }

    public long activeBase() {
        return active.base();
    }

    /// Fills `target` from a position on; all of it must lie in one segment.
    public void read(long position, ByteBuffer target) throws IOException {
        SegmentHandle handle = holding(position);
        if (handle == null) {
            throw new PositionGoneException(position);
        }
        open.read(handle, shard, position, target);
    }

    /// Whether there is a segment with this base.
    public boolean has(long base) {
        return segments.containsKey(base);
    }

    /// Whether all of a stretch lies in one segment that there is.
    public boolean holds(long position, long bytes) {
        SegmentHandle handle = holding(position);
        return handle != null && position + bytes <= Math.min(end, limitOf(handle));
    }

    /// Where the log goes on at or behind a position: there, or where the next segment begins.
    public long nextFrom(long position) {
        if (holding(position) != null) {
            return position;
        }
        Long base = segments.higherKey(position);
        return base == null ? Math.max(position, end) : base;
    }

    /// Whether everything from a position on is there, up to the log's end.
    public boolean isWholeFrom(long position) {
        long at = position;
        while (at < end) {
            SegmentHandle handle = holding(at);
            if (handle == null) {
                return false;
            }
            at = handle.isSealed() ? handle.end() : end;
        }
        return true;
    }

    /// The base of the segment that a position lies in.
    public long segmentOf(long position) {
        Long base = segments.floorKey(position);
        if (base == null) {
            throw new IllegalArgumentException("position " + position + " is gone");
        }
        return base;
    }

    /// Sealed segments with their end, oldest first.
    public List<SealedSegment> sealed() {
        List<SealedSegment> list = new ArrayList<>();
        for (SegmentHandle handle : segments.values()) {
            if (handle.isSealed()) {
                list.add(
                        new SealedSegment(
                                handle.base(),
                                handle.end(),
                                SegmentFile.BLOCK_BYTES + handle.capacity()));
            }
        }
        return list;
    }

    /// @param end position after its last group
    /// @param bytes of its file, holes counted as if they were none
    public record SealedSegment(long base, long end, long bytes) {}

    /// Gives a sealed segment's file back: to the spares, or to the file system where it is read
    /// still, or may have holes.
    public void drop(long base) throws IOException {
        if (base == active.base()) {
            throw new IllegalArgumentException("segment " + base + " is active");
        }
        SegmentHandle handle = segments.remove(base);
        if (handle == null) {
            return;
        }
        boolean unread = open.drop(base);
        if (unread && handle.whole()) {
            spares.recycle(handle.path(), handle.capacity());
        } else {
            Files.delete(handle.path());
        }
    }

    /// Gives the bytes of a sealed segment's dead runs back to the disk; positions stay as they
    /// are.
    ///
    /// @return bytes of the disk that it takes from now on
    public long hollow(long base, Predicate<GroupEntry> dead) throws IOException {
        SegmentHandle handle = segments.get(base);
        if (handle == null || !handle.isSealed()) {
            throw new IllegalArgumentException("segment " + base + " is not sealed");
        }
        segments.put(base, handle.hollowed());
        long live = SegmentHollower.hollow(handle.path(), shard, handle.end(), dead);
        open.drop(base);
        return live;
    }

    /// Asks, before each file that is made, whether the disk may hold so many bytes more. Without
    /// one, the log goes on as on a full disk.
    public void askBeforeGrowing(LongPredicate mayGrow) {
        spares.askBeforeGrowing(mayGrow);
    }

    /// Bytes of the log's files, spare ones and one that is being filled included; of hollow ones
    /// as if they were whole. Does not ask the file system.
    public long bytesHeld() {
        long bytes = spares.bytesHeld();
        for (SegmentHandle handle : segments.values()) {
            bytes += SegmentFile.BLOCK_BYTES + handle.capacity();
        }
        return bytes;
    }

    /// Of these, bytes that may not be on the disk yet: of a file that is being filled.
    public long bytesBeingFilled() {
        return spares.bytesBeingFilled();
    }

    /// Bytes that the log's files take on the disk, preallocated ones included.
    public long sizeOnDisk() throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Object blocks = Files.getAttribute(file, "size");
                bytes += blocks instanceof Long size ? size : 0;
            }
        } catch (NoSuchFileException e) {
            return bytes;
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        spares.close();
        open.close();
        active.close();
    }
}
