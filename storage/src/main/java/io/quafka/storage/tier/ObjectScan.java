package io.quafka.storage.tier;

import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectDamagedException;
import io.quafka.tiering.object.ObjectReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// Reads blocks of one object in the order in which they lie there, many neighbours in one request.
final class ObjectScan {
    private final ObjectReader reader;
    private final String key;
    private final List<Block> blocks;
    private final LongConsumer pace;
    private ByteBuffer memory;

    /// Position in the object of what lies in memory.
    private long memoryAt;

    /// Of the blocks that lie in memory: the next one to give, and the end of them.
    private int next;

    private int end;

    /// @param blocks to read, each behind the one before
    /// @param bufferBytes of memory outside the heap; more if a block is larger
    /// @param pace told of bytes before they are read
    ObjectScan(
            ObjectReader reader,
            String key,
            List<Block> blocks,
            int bufferBytes,
            LongConsumer pace) {
        this.reader = reader;
        this.key = key;
        this.blocks = List.copyOf(blocks);
        long bytes = this.blocks.stream().mapToLong(Block::length).sum();
        this.memory = ByteBuffer.allocateDirect((int) Math.min(bytes, bufferBytes));
        this.pace = pace;
    }

    /// The next block's bytes, checked: good until the next call.
    ///
    /// @throws ObjectDamagedException if they do not match their checksum
    ByteBuffer next() throws IOException {
        if (next == end) {
            fill();
        }
        Block block = blocks.get(next++);
        return memory.slice((int) (block.position() - memoryAt), block.length());
    }

    private void fill() throws IOException {
        long bytes = blocks.get(next).length();
        end = next + 1;
        while (end < blocks.size() && follows(end)) {
            long more = bytes + blocks.get(end).length();
            if (more > memory.capacity()) {
                break;
            }
            bytes = more;
            end++;
        }
        if (bytes > memory.capacity()) {
            memory = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
        }
        pace.accept(bytes);
        memoryAt = blocks.get(next).position();
        memory.clear().limit((int) bytes);
        List<Block> neighbours = blocks.subList(next, end);
        List<ByteBuffer> targets = new ArrayList<>();
        int at = 0;
        for (Block block : neighbours) {
            targets.add(memory.slice(at, block.length()));
            at += block.length();
        }
        for (ObjectDamagedException damage : reader.readBlocks(key, neighbours, targets)) {
            if (damage != null) {
                throw damage;
            }
        }
    }

    private boolean follows(int index) {
        Block before = blocks.get(index - 1);
        return blocks.get(index).position() == before.position() + before.length();
    }
}
