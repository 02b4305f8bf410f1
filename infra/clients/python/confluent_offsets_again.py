"""confluent-kafka (librdkafka): one producer commits a group's offsets in several transactions."""
import sys

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP = sys.argv[1]
TOPIC = "confluent-again"

admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
for future in admin.create_topics([NewTopic(TOPIC, 1, 1)]).values():
    future.result(30)
group = Consumer(
    {
        "bootstrap.servers": BOOTSTRAP,
        "group.id": TOPIC,
        "isolation.level": "read_committed",
    }
)
producer = Producer({"bootstrap.servers": BOOTSTRAP, "transactional.id": TOPIC})
producer.init_transactions(30)
for offset in range(1, 6):
    producer.begin_transaction()
    producer.send_offsets_to_transaction(
        [TopicPartition(TOPIC, 0, offset)], group.consumer_group_metadata(), 30
    )
    producer.commit_transaction(30)
    committed = group.committed([TopicPartition(TOPIC, 0)], 30)[0].offset
    assert committed == offset, (committed, offset)
group.close()
print("ok", confluent_kafka.version()[0], confluent_kafka.libversion()[0])
