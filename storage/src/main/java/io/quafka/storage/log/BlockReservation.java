package io.quafka.storage.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Has the file system give a file its blocks without writing them: `fallocate(2)` of Linux. They
/// read as zeros, and writing to them cannot fail for want of room.
///
/// Any thread; calls block for as long as the file system takes.
final class BlockReservation {
    private static final int O_WRONLY = 1;
    private static final int O_CLOEXEC = 0x80000;
    private static final int EOPNOTSUPP = 95;
    private static final int ENOSYS = 38;

    private static final Charset NAMES =
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_OF_STATE =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /// Null where the platform has no such function.
    private static final @Nullable BlockReservation PLATFORM = find().orElse(null);

    private final MethodHandle open;
    private final MethodHandle fallocate;
    private final MethodHandle close;

    private BlockReservation(Linker linker, SymbolLookup symbols) {
        open =
                linker.downcallHandle(
                        symbols.findOrThrow("open"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2),
                        ERRNO);
        fallocate =
                linker.downcallHandle(
                        symbols.findOrThrow("fallocate"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG),
                        ERRNO);
        close =
                linker.downcallHandle(
                        symbols.findOrThrow("close"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    private static Optional<BlockReservation> find() {
        if (!System.getProperty("os.name").equals("Linux")
                || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
            return Optional.empty();
        }
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup symbols = linker.defaultLookup();
            return symbols.find("fallocate").map(_ -> new BlockReservation(linker, symbols));
        } catch (UnsupportedOperationException | IllegalCallerException _) {
            // No linker for this processor, or a program that is not allowed one.
            return Optional.empty();
        }
    }

    /// Gives a file that is there the blocks for `bytes` from its beginning, and that length.
    ///
    /// @return false where platform or file system cannot: nothing was changed
    /// @throws IOException if it could not be done, for want of room for example
    static boolean tryReserve(Path file, long bytes) throws IOException {
        return PLATFORM != null && PLATFORM.reserve(file, bytes);
    }

    private boolean reserve(Path file, long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment path = arena.allocateFrom(ValueLayout.JAVA_BYTE, name(file));
            int descriptor = (int) open.invokeExact(state, path, O_WRONLY | O_CLOEXEC);
            if (descriptor < 0) {
                throw failed("opened", file, state);
            }
            try {
                if ((int) fallocate.invokeExact(state, descriptor, 0, 0L, bytes) == 0) {
                    return true;
                }
                int errno = errno(state);
                if (errno == EOPNOTSUPP || errno == ENOSYS) {
                    return false;
                }
                throw failed("given " + bytes + " bytes", file, state);
            } finally {
                int _ = (int) close.invokeExact(descriptor);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// As the platform's own files are named by Java, with the zero that ends it.
    private static byte[] name(Path file) {
        return (file + "\0").getBytes(NAMES);
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO_OF_STATE.get(state, 0L);
    }

    private static IOException failed(String what, Path file, MemorySegment state) {
        return new IOException(file + " could not be " + what + ": errno " + errno(state));
    }
}
