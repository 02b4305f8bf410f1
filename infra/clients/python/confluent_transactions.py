"""confluent-kafka (librdkafka): transactions with offsets, committed and aborted; fencing."""
import sys

import confluent_kafka
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP = sys.argv[1]
INPUT, OUTPUT = "confluent-in", "confluent-out"
RECORDS = 100


def producer():
    made = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": "confluent"})
    made.init_transactions(30)
    return made


def consumer(group, isolation):
    return Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "isolation.level": isolation,
            "enable.partition.eof": True,
        }
    )


def read_to_end(group, isolation):
    reader = consumer(group, isolation)
    reader.assign([TopicPartition(OUTPUT, 0, 0)])
    values = []
    while True:
        message = reader.poll(20)
        assert message is not None
        if message.error():
            assert message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF
            reader.close()
            return values
        values.append(message.value())


admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
for future in admin.create_topics([NewTopic(INPUT, 1, 1), NewTopic(OUTPUT, 1, 1)]).values():
    future.result(30)
plain = Producer({"bootstrap.servers": BOOTSTRAP})
for i in range(RECORDS):
    plain.produce(INPUT, value=b"%d" % i)
assert plain.flush(30) == 0

copier = consumer("confluent-copier", "read_committed")
copier.subscribe([INPUT])
values = []
while len(values) < RECORDS:
    message = copier.poll(20)
    assert message is not None, len(values)
    if not message.error():
        values.append(message.value())

first = producer()
first.begin_transaction()
for value in values:
    first.produce(OUTPUT, value=b"aborted " + value)
first.flush(30)
first.abort_transaction(30)
first.begin_transaction()
for value in values:
    first.produce(OUTPUT, value=value)
first.send_offsets_to_transaction(
    copier.position(copier.assignment()), copier.consumer_group_metadata(), 30
)
first.commit_transaction(30)
assert copier.committed([TopicPartition(INPUT, 0)], 30)[0].offset == RECORDS
copier.close()
assert read_to_end("committed", "read_committed") == values
assert len(read_to_end("uncommitted", "read_uncommitted")) == 2 * RECORDS

second = producer()
try:
    first.begin_transaction()
    first.produce(OUTPUT, value=b"zombie")
    first.commit_transaction(30)
    raise AssertionError("the first producer was not fenced")
except KafkaException:
    pass
second.begin_transaction()
second.produce(OUTPUT, value=b"last")
second.commit_transaction(30)
assert read_to_end("after", "read_committed") == values + [b"last"]
print("ok", confluent_kafka.version()[0], confluent_kafka.libversion()[0])
