"""kafka-python, which is written in Python to the sockets: admin, producer, consumer group."""
import sys

import kafka
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewPartitions, NewTopic

BOOTSTRAP = sys.argv[1]
TOPIC = "kafka-python"
RECORDS = 500


def produce(first, compression):
    producer = KafkaProducer(
        bootstrap_servers=BOOTSTRAP,
        acks="all",
        compression_type=compression,
        linger_ms=5,
        retries=10,  # The default is 0, and another gateway may not know yet of a topic just made.
    )
    sent = [
        producer.send(TOPIC, key=b"k%d" % i, value=b"v%d" % i, headers=[("n", b"%d" % i)])
        for i in range(first, first + RECORDS)
    ]
    for future in sent:
        assert future.get(30).offset >= 0
    producer.close()


def consumer():
    return KafkaConsumer(
        TOPIC,
        bootstrap_servers=BOOTSTRAP,
        group_id=TOPIC,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=20000,
    )


def read(member, count):
    seen = {}
    for record in member:
        assert record.headers == [("n", record.key[1:])], record
        seen[record.key] = record.value
        if len(seen) == count:
            break
    return seen


def records(first, last):
    return {b"k%d" % i: b"v%d" % i for i in range(first, last)}


admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(TOPIC, 2, 1)])
admin.create_partitions({TOPIC: NewPartitions(3)})
assert TOPIC in admin.list_topics()

produce(0, None)
produce(RECORDS, "gzip")
member = consumer()
assert read(member, 2 * RECORDS) == records(0, 2 * RECORDS)
member.commit()
partitions = [TopicPartition(TOPIC, p) for p in range(3)]
assert sum(member.end_offsets(partitions).values()) == 2 * RECORDS
assert sum(member.committed(p) or 0 for p in partitions) == 2 * RECORDS
assert member.offsets_for_times({partitions[0]: 1})[partitions[0]].offset == 0
member.close()

produce(2 * RECORDS, "gzip")
member = consumer()
assert read(member, RECORDS) == records(2 * RECORDS, 3 * RECORDS)
member.close()

offsets = admin.list_consumer_group_offsets(TOPIC)
assert sum(offset.offset for offset in offsets.values()) == 2 * RECORDS
assert TOPIC in [group for group, _ in admin.list_consumer_groups()]
admin.delete_topics([TOPIC])
admin.close()
print("ok", kafka.__version__)
