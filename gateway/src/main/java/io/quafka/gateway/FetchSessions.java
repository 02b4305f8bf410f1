package io.quafka.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.Errors;

/// All fetch sessions of a gateway: a bounded cache. A client whose session was dropped gets
/// FETCH_SESSION_ID_NOT_FOUND and sends a full fetch; it loses nothing else.
///
/// A full cache opens no further session (clients then go on with full fetches) until one has been
/// idle for the limit: were active ones thrown out instead, as many clients as do not fit would
/// reopen theirs for ever.
final class FetchSessions {
    /// What a session weighs beside its partitions, in partitions.
    static final int SESSION_WEIGHT = 10;

    private static final int NO_SESSION = 0;
    private static final int OPEN_EPOCH = 0;
    private static final int CLOSE_EPOCH = -1;

    private final Cache<Integer, FetchSession> sessions;
    private final long weightMax;

    FetchSessions(long weightMax, Duration idle, InstantSource clock) {
        this.weightMax = weightMax;
        this.sessions =
                Caffeine.newBuilder()
                        .maximumWeight(weightMax)
                        .<Integer, FetchSession>weigher((_, session) -> weight(session.size()))
                        .expireAfterAccess(idle)
                        .ticker(() -> nanos(clock.instant()))
                        .executor(Runnable::run)
                        .build();
    }

    private static long nanos(Instant now) {
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private static int weight(int partitions) {
        return SESSION_WEIGHT + partitions;
    }

    /// @param byId whether the request names topics by id
    FetchContext begin(FetchRequestData request, boolean byId) {
        int epoch = request.sessionEpoch();
        if (epoch == OPEN_EPOCH || epoch == CLOSE_EPOCH) {
            if (request.sessionId() != NO_SESSION) {
                sessions.invalidate(request.sessionId());
            }
            List<FetchedPartition> partitions = partitionsOf(request);
            return epoch == OPEN_EPOCH
                    ? new FetchContext.Opening(partitions, byId)
                    : new FetchContext.Sessionless(partitions);
        }
        FetchSession session = sessions.getIfPresent(request.sessionId());
        if (session == null) {
            return new FetchContext.Refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.epoch() != epoch) {
            return new FetchContext.Refused(Errors.INVALID_FETCH_SESSION_EPOCH);
        }
        if (session.byId() != byId) {
            return new FetchContext.Refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        return advance(session, request);
    }

    private FetchContext advance(FetchSession session, FetchRequestData request) {
        int sizeBefore = session.size();
        List<FetchedPartition> partitions = session.advance(request);
        if (partitions == null) {
            return new FetchContext.Refused(Errors.INVALID_FETCH_SESSION_EPOCH);
        }
        if (partitions.isEmpty()) {
            sessions.invalidate(session.id());
            return new FetchContext.Sessionless(partitions);
        }
        if (partitions.size() != sizeBefore) {
            // Weighs it anew; a session that was dropped meanwhile stays dropped.
            sessions.asMap().replace(session.id(), session, session);
        }
        return new FetchContext.Incremental(session, request.sessionEpoch(), partitions);
    }

    /// Opens a session with the partitions of a full fetch, as its answer is sent.
    ///
    /// @return its id, or 0: no session, and the client goes on with full fetches
    int open(boolean byId, List<FetchedPartition> partitions) {
        if (partitions.isEmpty() || !fits(weight(partitions.size()))) {
            return NO_SESSION;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (true) {
            var session = new FetchSession(random.nextInt(1, Integer.MAX_VALUE), byId, partitions);
            if (sessions.asMap().putIfAbsent(session.id(), session) == null) {
                return session.id();
            }
        }
    }

    private boolean fits(int weight) {
        if (weightNow() + weight <= weightMax) {
            return true;
        }
        sessions.cleanUp();
        return weightNow() + weight <= weightMax;
    }

    private long weightNow() {
        return sessions.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }

    /// Sessions held now, about.
    long count() {
        return sessions.estimatedSize();
    }

    private static List<FetchedPartition> partitionsOf(FetchRequestData request) {
        List<FetchedPartition> partitions = new ArrayList<>();
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition asked : topic.partitions()) {
                partitions.add(
                        new FetchedPartition(
                                new FetchedPartition.Key(
                                        topic.topicId(), topic.topic(), asked.partition()),
                                asked));
            }
        }
        return partitions;
    }
}
