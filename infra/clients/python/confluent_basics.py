"""confluent-kafka (librdkafka): admin, producer, consumer group, commits."""
import sys

import confluent_kafka
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

BOOTSTRAP = sys.argv[1]
TOPIC = "confluent"
RECORDS = 1000


def done(futures):
    return {what: future.result(30) for what, future in futures.items()}


def produce(compression, first):
    failures = []
    producer = Producer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "enable.idempotence": True,
            "compression.type": compression,
            "linger.ms": 5,
        }
    )
    for i in range(first, first + RECORDS):
        producer.produce(
            TOPIC,
            key=b"k%d" % i,
            value=b"v%d" % i,
            headers={"n": b"%d" % i},
            on_delivery=lambda error, _: failures.append(error) if error else None,
        )
        producer.poll(0)
    assert producer.flush(30) == 0
    assert not failures, failures[0]


def consumer():
    return Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": TOPIC,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
        }
    )


def read(member, count):
    seen = {}
    while len(seen) < count:
        for message in member.consume(count - len(seen), 20) or [None]:
            assert message is not None, "%d of %d" % (len(seen), count)
            if message.error():
                raise KafkaException(message.error())
            assert message.headers() == [("n", message.key()[1:])]
            seen[message.key()] = message.value()
    return seen


def records(first, last):
    return {b"k%d" % i: b"v%d" % i for i in range(first, last)}


admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
done(admin.create_topics([NewTopic(TOPIC, 2, 1, config={"retention.ms": "86400000"})]))
done(admin.create_partitions([NewPartitions(TOPIC, 3)]))
resource = ConfigResource(ConfigResource.Type.TOPIC, TOPIC)
assert done(admin.describe_configs([resource]))[resource]["retention.ms"].value == "86400000"
assert len(admin.list_topics(TOPIC, 30).topics[TOPIC].partitions) == 3

for i, compression in enumerate(["none", "gzip", "snappy", "lz4", "zstd"]):
    produce(compression, i * RECORDS)

member = consumer()
member.subscribe([TOPIC])
assert read(member, 5 * RECORDS) == records(0, 5 * RECORDS)
member.commit(asynchronous=False)
partitions = [TopicPartition(TOPIC, p) for p in range(3)]
assert sum(p.offset for p in member.committed(partitions, 30)) == 5 * RECORDS
assert sum(member.get_watermark_offsets(p, 30)[1] for p in partitions) == 5 * RECORDS
assert [p.offset for p in member.offsets_for_times([TopicPartition(TOPIC, 0, 1)], 30)] == [0]
member.close()

produce("none", 5 * RECORDS)
member = consumer()
member.subscribe([TOPIC])
assert read(member, RECORDS) == records(5 * RECORDS, 6 * RECORDS)
member.close()
assert TOPIC in [group.id for group in admin.list_groups(timeout=30)]

done(admin.delete_topics([TOPIC], operation_timeout=30))
print("ok", confluent_kafka.version()[0], confluent_kafka.libversion()[0])
