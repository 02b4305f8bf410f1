package io.quafka.program.cli;

import io.quafka.program.json.Json;
import io.quafka.tiering.directory.FileObject;
import io.quafka.tiering.object.Block;
import io.quafka.tiering.object.ObjectIndex;
import io.quafka.tiering.object.ObjectReader;
import io.quafka.tiering.object.PartitionBlocks;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka object inspect`.
@Command(
        name = "inspect",
        header = "Show which offsets of which partitions an object holds, and where.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka object inspect ./data/objects/3/00000000.qob --verify",
            "  quafka object inspect 3/00000000.qob --store s3://bucket/prefix/ --json"
        })
final class ObjectInspectCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE|KEY",
            description = "A file, or the key of an object in --store.")
    private String target = "";

    @Mixin private StoreOptions store = new StoreOptions();

    @Option(names = "--blocks", description = "Each block, not only each partition.")
    private boolean blocks;

    @Option(names = "--verify", description = "Read all of it, and check every byte.")
    private boolean verify;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ObjectIndex index = read();
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, Object>> rows = blocks ? blocks(index) : partitions(index);
        if (json) {
            Map<String, Object> fields = head(index);
            fields.put(blocks ? "blocks" : "partitions", rows);
            out.println(Json.write(fields));
            out.flush();
        } else {
            head(index).forEach((name, value) -> out.println(name + " " + value));
            Output.print(out, rows, false);
        }
        return ExitCode.OK;
    }

    private ObjectIndex read() throws IOException {
        if (!store.isGiven()) {
            Path file = Path.of(target);
            return read(new ObjectReader(new FileObject(file)), file.getFileName().toString());
        }
        try (var opened = store.open()) {
            return read(new ObjectReader(opened), target);
        }
    }

    private ObjectIndex read(ObjectReader reader, String key) throws IOException {
        return verify ? reader.verify(key) : reader.index(key);
    }

    private Map<String, Object> head(ObjectIndex index) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("object", index.key());
        fields.put("size", index.size());
        fields.put("data", index.dataBytes());
        fields.put("shard", index.origin().shard());
        fields.put("epoch", index.origin().epoch());
        fields.put("position", index.origin().position());
        fields.put("end-position", index.origin().endPosition());
        fields.put("checked", verify ? "every byte" : "index and footer");
        return fields;
    }

    private static List<Map<String, Object>> partitions(ObjectIndex index) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (PartitionBlocks each : index.partitions()) {
            Map<String, Object> row = row(each);
            row.put("offset", each.baseOffset());
            row.put("last", each.lastOffset());
            row.put("bytes", each.bytes());
            row.put("blocks", each.blocks().size());
            row.put("batches", each.blocks().stream().mapToInt(Block::batches).sum());
            row.put("max-time", each.maxTimestamp());
            row.put("aborted", each.aborted().size());
            rows.add(row);
        }
        return rows;
    }

    private static List<Map<String, Object>> blocks(ObjectIndex index) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (PartitionBlocks each : index.partitions()) {
            for (Block block : each.blocks()) {
                Map<String, Object> row = row(each);
                row.put("offset", block.baseOffset());
                row.put("last", block.lastOffset());
                row.put("position", block.position());
                row.put("bytes", block.length());
                row.put("epoch", block.leaderEpoch());
                row.put("batches", block.batches());
                row.put("max-time", block.maxTimestamp());
                row.put("crc", "%08x".formatted(block.crc()));
                rows.add(row);
            }
        }
        return rows;
    }

    private static Map<String, Object> row(PartitionBlocks partition) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic-id", partition.partition().topicId());
        row.put("partition", partition.partition().partition());
        return row;
    }
}
