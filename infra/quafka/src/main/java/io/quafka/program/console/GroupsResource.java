package io.quafka.program.console;

import io.quafka.wire.HttpEndpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// `GET /api/groups`: groups and how far they are behind.
///
/// | parameter | |
/// |---|---|
/// | `search` | part of the id |
/// | `limit` | 1 to 100, 50 by default |
/// | `from` | so many are passed over, by id |
/// | `group` | this one alone, with its partitions, the furthest behind first |
///
/// Lag is in records: what was written since the committed offset. It is null where an offset is
/// not known; what is left of a topic by retention does not shorten it.
final class GroupsResource {
    static final int LIMIT_MAX = 100;
    private static final int LIMIT = 50;

    /// Partitions whose ends are asked for, over all groups of an answer; of others no lag is told.
    static final int PARTITIONS_MAX = 20_000;

    /// Partitions of one group that are listed.
    static final int PARTITIONS_TOLD_MAX = 500;

    private static final int OFFSET_FETCH_VERSION = 9;

    private final ClusterCalls cluster;
    private final Offsets offsets;

    GroupsResource(ClusterCalls cluster, Offsets offsets) {
        this.cluster = cluster;
        this.offsets = offsets;
    }

    HttpEndpoint endpoint() {
        return ApiAnswers.get("/api/groups", this::fields);
    }

    private Map<String, @Nullable Object> fields(Map<String, String> query)
            throws ExecutionException, TimeoutException, InterruptedException {
        int limit = ApiAnswers.number(query, "limit", LIMIT, 1, LIMIT_MAX);
        int from = ApiAnswers.number(query, "from", 0, 0, Integer.MAX_VALUE);
        String search = query.getOrDefault("search", "").toLowerCase(Locale.ROOT);
        String only = query.get("group");
        List<ListedGroup> matching =
                cluster.groups().stream()
                        .filter(group ->
                                only == null
                                        ? group.groupId().toLowerCase(Locale.ROOT).contains(search)
                                        : group.groupId().equals(only))
                        .sorted(Comparator.comparing(ListedGroup::groupId))
                        .toList();
        if (only != null && matching.isEmpty()) {
            throw new ApiAnswers.NotThereException("there is no group " + only);
        }
        List<ListedGroup> page = matching.stream().skip(from).limit(limit).toList();
        Map<String, Map<TopicPartition, Long>> committed = committed(page);
        Map<TopicPartition, Long> ends = ends(committed);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("matching", matching.size());
        fields.put(
                "groups",
                page.stream()
                        .map(group ->
                                group(
                                        group,
                                        committed.getOrDefault(group.groupId(), Map.of()),
                                        ends,
                                        only != null))
                        .toList());
        return fields;
    }

    /// What groups committed, without partitions of which they did not.
    private Map<String, Map<TopicPartition, Long>> committed(List<ListedGroup> groups)
            throws ExecutionException, TimeoutException, InterruptedException {
        if (groups.isEmpty()) {
            return Map.of();
        }
        var question =
                new OffsetFetchRequestData()
                        .setGroups(
                                groups.stream()
                                        .map(group ->
                                                new OffsetFetchRequestGroup()
                                                        .setGroupId(group.groupId())
                                                        .setTopics(null))
                                        .toList());
        return cluster.ask(
                ApiKeys.OFFSET_FETCH,
                OFFSET_FETCH_VERSION,
                question,
                OffsetFetchResponseData.class,
                answer -> {
                    Map<String, Map<TopicPartition, Long>> all = new HashMap<>();
                    answer.groups().forEach(group -> all.put(group.groupId(), committed(group)));
                    return all;
                });
    }

    private static Map<TopicPartition, Long> committed(OffsetFetchResponseGroup group) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        if (group.errorCode() == Errors.NONE.code()) {
            group.topics()
                    .forEach(topic ->
                            topic.partitions()
                                    .forEach(partition -> {
                                        if (partition.errorCode() == Errors.NONE.code()
                                                && partition.committedOffset() >= 0) {
                                            offsets.put(
                                                    new TopicPartition(
                                                            topic.name(),
                                                            partition.partitionIndex()),
                                                    partition.committedOffset());
                                        }
                                    }));
        }
        return offsets;
    }

    private Map<TopicPartition, Long> ends(Map<String, Map<TopicPartition, Long>> committed)
            throws ExecutionException, TimeoutException, InterruptedException {
        Set<TopicPartition> asked = new java.util.HashSet<>();
        committed.values().stream()
                .flatMap(offsets -> offsets.keySet().stream())
                .distinct()
                .limit(PARTITIONS_MAX)
                .forEach(asked::add);
        return asked.isEmpty() ? Map.of() : offsets.ends(asked);
    }

    /// @param lag null where the partition's end is not known
    private record Behind(TopicPartition partition, long committed, @Nullable Long end) {
        @Nullable Long lag() {
            return end == null ? null : Math.max(0, end - committed);
        }

        long lagOrZero() {
            Long lag = lag();
            return lag == null ? 0 : lag;
        }
    }

    private static Map<String, @Nullable Object> group(
            ListedGroup group,
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> ends,
            boolean details) {
        List<Behind> behind = new ArrayList<>();
        committed.forEach((partition, offset) ->
                behind.add(new Behind(partition, offset, ends.get(partition))));
        Set<String> topics = new TreeSet<>();
        behind.forEach(one -> topics.add(one.partition().topic()));
        boolean known = behind.stream().allMatch(one -> one.end() != null);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("group", group.groupId());
        fields.put("type", group.groupType().toLowerCase(Locale.ROOT));
        fields.put("state", group.groupState());
        fields.put("topics", topics.stream().limit(10).toList());
        fields.put("topicCount", topics.size());
        fields.put("partitionCount", behind.size());
        fields.put(
                "lag",
                known && !behind.isEmpty()
                        ? behind.stream().mapToLong(Behind::lagOrZero).sum()
                        : null);
        if (details) {
            fields.put("partitions", partitions(behind.stream()));
        }
        return fields;
    }

    private static List<Map<String, @Nullable Object>> partitions(Stream<Behind> behind) {
        return behind.sorted(
                        Comparator.comparingLong(Behind::lagOrZero)
                                .reversed()
                                .thenComparing(one -> one.partition().topic())
                                .thenComparing(one -> one.partition().partition()))
                .limit(PARTITIONS_TOLD_MAX)
                .map(one -> {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    row.put("topic", one.partition().topic());
                    row.put("partition", one.partition().partition());
                    row.put("committed", one.committed());
                    row.put("end", one.end());
                    row.put("lag", one.lag());
                    return row;
                })
                .toList();
    }
}
